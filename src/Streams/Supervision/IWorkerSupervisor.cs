using Streams.Wire;

namespace Streams.Supervision;

/// <summary>
/// Starts workers and makes sure that nothing of them outlives its end (D13). Two implementations: the one that does it
/// (in the local supervisor process and in the agent), and the controller's client of the former.
/// </summary>
internal interface IWorkerSupervisor : IAsyncDisposable
{
    /// <summary>Starts a worker process. <see cref="WorkerStarted.Error"/> is set if it could not be started.</summary>
    Task<WorkerStarted> StartAsync(StartWorker start, CancellationToken cancellationToken);

    /// <summary>
    /// Completes when the worker has ended by whatever means and all that it left behind is gone or reported. To be asked
    /// for after <see cref="StartAsync"/>; may be awaited by many.
    /// </summary>
    Task<WorkerEnded> EndedAsync(string worker);

    /// <summary>Asks the worker to end (SIGTERM), ends it after the grace (SIGKILL), and all that it left behind.</summary>
    Task<WorkerEnded> StopAsync(string worker, TimeSpan grace);

    /// <summary>Ends what the worker's blocks left behind, save what they keep; the worker goes on.</summary>
    Task<WorkerSwept> SweepAsync(string worker, IReadOnlyCollection<KeptProcess> kept, CancellationToken cancellationToken);
}
