using Streams.Supervision;

namespace Streams.Workers;

/// <summary>Entry point of Streams.dll as a program.</summary>
internal static class WorkerProgram
{
    private static int Main(string[] args) => args switch
    {
        [SupervisorProgram.Verb, .. var rest] => SupervisorProgram.Run(rest, Console.OpenStandardInput(), Console.OpenStandardOutput()),
        _ => 64,
    };
}
