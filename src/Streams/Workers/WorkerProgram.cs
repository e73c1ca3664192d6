using Streams.Processes;
using Streams.Supervision;

namespace Streams.Workers;

/// <summary>Entry point of Streams.dll as a program. Its way to a running worker touches as little as possible.</summary>
internal static class WorkerProgram
{
    private const int WrongUsage = 64;

    private static int Main(string[] args)
    {
        if (args is ["worker", var socket, var worker])
            return RunWorker(socket, worker);
        if (args is [SupervisorProgram.Verb, .. var rest])
            return SupervisorProgram.Run(rest, Console.OpenStandardInput(), Console.OpenStandardOutput());
        Console.Error.WriteLine("Streams.dll is a library for multi-stream tests. It starts itself as 'worker <socket> <worker id>' and as 'supervise'; people use it from their tests.");
        return WrongUsage;
    }

    private static int RunWorker(string socket, string worker)
    {
        Failpoint.Hit(Failpoints.WorkerStarted);
        string token;
        try
        {
            token = WorkerStartup.Prepare();
        }
        catch (IOException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return WrongUsage;
        }

        Failpoint.Hit(Failpoints.WorkerPrepared);
        var code = BlockRunner.Run(socket, worker, token);
        WorkerEnding.WaitIfExiting();
        Failpoint.Hit(Failpoints.WorkerLeaving);
        // Whoever watched over us may be stopped, or dead as well: what is below us, and in our group, goes with us. A worker
        // that was started by hand is in somebody else's group.
        if (code == BlockRunner.ControllerGone)
        {
            code = 0;
            foreach (var entry in ProcessTree.Select(ProcessEntry.ReadAll(), [ProcessIdentity.OfThisProcess]))
            {
                if (entry.ProcessId != Environment.ProcessId)
                    entry.Identity.TrySignal(NativeMethods.SIGKILL);
            }

            if (NativeMethods.ProcessGroup() == Environment.ProcessId)
                _ = NativeMethods.Kill(0, NativeMethods.SIGKILL);
        }

        // Not by returning: that would wait for every thread that a block has left.
        Environment.Exit(code);
        return code;
    }
}
