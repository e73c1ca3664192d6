using Streams.Supervision;

namespace Streams.Workers;

/// <summary>Entry point of Streams.dll as a program. Its way to a running worker touches as little as possible.</summary>
internal static class WorkerProgram
{
    private const int UsageError = 64;

    private static int Main(string[] args)
    {
        if (args.Length == 3 && args[0] == "worker")
            return BlockRunner.Run(args[1], args[2], WorkerStartup.Prepare());
        if (args is [SupervisorProgram.Verb, .. var rest])
            return SupervisorProgram.Run(rest, Console.OpenStandardInput(), Console.OpenStandardOutput());
        Console.Error.WriteLine("Streams.dll is a library for multi-stream tests; it starts itself as 'worker <socket> <worker id>' and 'supervise'. Its command line is the dotnet tool 'streams'.");
        return UsageError;
    }
}
