using System.Collections.Concurrent;
using Streams.Wire;

namespace Streams.Blocks;

/// <summary>What a worker keeps from one block to the next: the author's objects, and commands that go on.</summary>
internal sealed class WorkerMemory
{
    private readonly Lock _gate = new();

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private readonly List<RunningCommand> _kept = [];

    public ConcurrentDictionary<string, object> State { get; } = new(StringComparer.Ordinal);

    public void Keep(RunningCommand command)
    {
        lock (_gate)
        {
            if (!_kept.Contains(command))
                _kept.Add(command);
        }
    }

    /// <summary>The processes that a sweep has to spare.</summary>
    public IReadOnlyList<KeptProcess> Kept()
    {
        lock (_gate)
        {
            _kept.RemoveAll(command => command.Exited.IsCompleted);
            return [.. _kept.Select(command => new KeptProcess { Pid = command.ProcessId, StartTicks = command.Process.Identity.StartTicks })];
        }
    }
}
