using System.Runtime.InteropServices;
using Streams.Processes;
using Streams.Scheduling;
using Streams.Supervision;

namespace Streams.Tests.Supervision;

/// <summary>
/// The test assembly as a program: what tests need as a process of its own. Started as <c>dotnet exec Streams.Tests.dll
/// VERB</c>; the test runner does not come through here.
/// </summary>
internal static class ProbeProgram
{
    public static string Path => typeof(ProbeProgram).Assembly.Location;

    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["controller", var containment, var directory]:
                return await ControlAsync(containment, directory);
            case ["interrupted", var results, var how]:
                return await Interruption.InterruptedProgram.RunAsync(results, how);
            case ["run", var place]:
                return await RunAsync(place);
            case ["phases"]:
                return Phases();
            case ["failpoint", .. var names]:
                foreach (var name in names)
                    Failpoint.Hit(name);
                return 0;
            case ["surroundings"]:
                WorkerStartup.Prepare();
                return Surroundings();
            case ["adopt"]:
                WorkerStartup.Prepare();
                return Adopt();
            case ["die", var how]:
                WorkerStartup.Prepare();
                return Die(how);
            default:
                return 64;
        }
    }

    /// <summary>A controller with a worker and a leftover, which prints the three ids and waits to be killed.</summary>
    private static async Task<int> ControlAsync(string containment, string directory)
    {
        var client = new SupervisorClient([.. DotnetLaunch.Find().Command(SupervisorProgram.Verb, "--containment", containment)], directory);
        var start = new Wire.StartWorker { Worker = "w", OutputPath = System.IO.Path.Combine(directory, "output"), FirstLine = "token" };
        start.Command.AddRange(["/usr/bin/python3", System.IO.Path.Combine(AppContext.BaseDirectory, "Supervision", "leftovers.py"), "stubborn", System.IO.Path.Combine(directory, "pids"), "stay"]);
        var started = await client.StartAsync(start, CancellationToken.None);
        await Eventually.IsTrueAsync(() => File.Exists(start.OutputPath) && File.ReadAllText(start.OutputPath).Contains("left"), "the leftover");
        Console.WriteLine($"{client.ProcessId} {started.Pid} {File.ReadAllLines(System.IO.Path.Combine(directory, "pids"))[0]}");
        await Task.Delay(TimeSpan.FromMinutes(2));
        return 0;
    }

    /// <summary>A whole run with its directory below the place; prints the ids of supervisor, worker and leftover, and waits to be killed.</summary>
    private static Task<int> RunAsync(string place) => ControlAsync("cgroup", PrivateDirectory.Create(place).Root);

    /// <summary>Takes a block through every legal change of phase.</summary>
    private static int Phases()
    {
        var phases = Enum.GetValues<BlockPhase>();
        foreach (var from in phases)
        {
            foreach (var to in phases.Where(to => BlockLifecycle.IsLegal(from, to)))
            {
                var life = new BlockLifecycle(TimeProvider.System);
                foreach (var step in phases.Where(step => step > BlockPhase.Requested && step <= from))
                    life.TryEnter(step);
                life.TryEnter(to);
            }
        }

        return 0;
    }

    private static int Surroundings()
    {
        // What a program started by a block sees, and what the worker itself reads from standard input.
        using var shell = System.Diagnostics.Process.Start("/bin/sh",
            ["-c", "yes 2>&1 | head -n 1 > /dev/null; ulimit -Sn; cat /proc/self/oom_score_adj; env | grep -c -e STREAMS_SUPERVISOR -e STREAMS_OPEN -e STREAMS_ADOPT -e STREAMS_DIAG -e EnableDiagnostics; ls -l /proc/self/fd/0 | grep -o '/dev/null'; grep SigIgn /proc/self/status"]);
        shell.WaitForExit();
        Console.WriteLine($"stdin {Console.In.Read()}");
        return 0;
    }

    /// <summary>Waits until a daemon that it has killed is gone, as scripts do.</summary>
    private static int Adopt()
    {
        using var shell = System.Diagnostics.Process.Start("/bin/sh",
            ["-c", "setsid sh -c 'sleep 100 & echo $! > pid; exit 0'; read -r pid < pid; kill -9 $pid; while kill -0 $pid 2> /dev/null; do sleep 0.05; done; exit 4"]);
        shell.WaitForExit();
        return shell.ExitCode;
    }

    private static int Die(string how)
    {
        switch (how)
        {
            case "stack overflow":
                return Recurse(1);
            case "FailFast":
                Environment.FailFast("on purpose");
                return 0;
            case "exception":
                new Thread(() => throw new InvalidOperationException("on purpose")).Start();
                Thread.Sleep(Timeout.Infinite);
                return 0;
            case "abort":
                Abort();
                return 0;
            case "wild pointer":
                Marshal.WriteInt32(new IntPtr(0x7000_0000_1234), 1);
                return 0;
            case "kill":
                NativeMethods.Kill(Environment.ProcessId, 9);
                return 0;
            case "zero":
                Environment.Exit(0);
                return 1;
            default:
                return 7;
        }
    }

    [DllImport("libc", EntryPoint = "abort")]
    private static extern void Abort();

    private static int Recurse(int depth) => depth == 0 ? 0 : Recurse(depth + 1) + Recurse(depth + 2);
}
