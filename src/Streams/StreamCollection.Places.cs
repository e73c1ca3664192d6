using Streams.Blocks;
using Streams.Execution;
using Streams.Hosts;
using Streams.Owner;
using Streams.Results;

namespace Streams;

public sealed partial class StreamCollection
{
    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private bool _saidInProcess;

    /// <summary>The block that made the collection as its owner: what the collection prints is the block's log.</summary>
    private static OwningTest OwnerOf(Nest nest, Action<string>? log, string? explicitName) => new()
    {
        Source = string.IsNullOrWhiteSpace(explicitName) ? OwnerSource.Block : OwnerSource.Explicit,
        DisplayName = string.IsNullOrWhiteSpace(explicitName) ? nest.Owner : explicitName,
        UniqueId = nest.Owner,
        Log = log ?? nest.Log,
        Cancellation = nest.Cancellation,
    };

    private static OwnerDirectory DirectoryOf(Nest nest) => new(nest.ResultsDirectory, Path.GetFileName(nest.ResultsDirectory), isNested: true);

    private IBlockExecutor CreateExecutor(StreamHost host, WorkerIdentity identity)
    {
        if (Options.Executor is { } executor)
            return executor(identity.Stream);
        var inProcess = host.Kind == StreamHostKind.InProcess;
        if (host.Kind == StreamHostKind.Local && InProcessWorkers.AreAskedFor(Environment.GetEnvironmentVariable(InProcessWorkers.Variable)))
        {
            inProcess = true;
            SayInProcessLocked();
        }

        return inProcess ? _scope.CreateInProcess(identity, Options) : _scope.CreateExecutor(host, identity, Options, _parties);
    }

    private void SayInProcessLocked()
    {
        if (_saidInProcess)
            return;
        _saidInProcess = true;
        _record.Announce(
            "in-process",
            $"{InProcessWorkers.Variable} is set: this machine's streams run in the test's own process (pid {Environment.ProcessId}), for debugging. Nothing is isolated, a block that does not stop by itself cannot be ended, and what blocks print is not divided by block.");
    }
}
