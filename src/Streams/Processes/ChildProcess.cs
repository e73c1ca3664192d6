namespace Streams.Processes;

/// <summary>A child that <see cref="ChildProcesses"/> started.</summary>
internal sealed class ChildProcess(ProcessIdentity identity)
{
    private readonly TaskCompletionSource<ProcessExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ProcessIdentity Identity { get; } = identity;

    /// <summary>Completes when it has ended and was reaped.</summary>
    public Task<ProcessExit> Exit => _exit.Task;

    internal void Complete(ProcessExit exit) => _exit.TrySetResult(exit);
}
