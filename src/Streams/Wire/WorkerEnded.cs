using Streams.Processes;

namespace Streams.Wire;

/// <summary>How a worker ended, in words.</summary>
internal sealed partial class WorkerEnded
{
    /// <summary>In words that continue "the worker ...": "was ended by SIGSEGV (segmentation fault)".</summary>
    /// <param name="tail">Its last lines, raw: the .NET runtime says there why it aborts.</param>
    public string Describe(IReadOnlyList<string> tail) => this switch
    {
        { KernelOutOfMemory: true } => "was killed by the kernel, for the machine or its memory limit was out of memory,",
        { EndedBySupervisor: true } => "was stopped by its supervisor",
        { ExitCode: 0, Signal: 0 } => "ended the process by itself (exit code 0)",
        _ => new ProcessExit(ExitCode, Signal).Describe(string.Join('\n', tail)),
    };
}
