namespace Streams.Scheduling;

/// <summary>The end of a stream's worker between two blocks: done once, by whoever comes first.</summary>
/// <param name="after">Ordinal of the last block that runs before it.</param>
/// <param name="end">Ends the worker.</param>
internal sealed class WorkerRestart(int after, Func<Task> end)
{
    private readonly Lazy<Task> _done = new(end);

    public int After => after;

    public Task DoAsync() => _done.Value;
}
