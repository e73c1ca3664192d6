namespace Streams.Processes;

/// <summary>
/// Every place of supervision at which a process can be made to die; the first word says which process. A block's phase
/// changes have theirs too, in the test process: <c>block.FROM-TO</c>, such as <c>block.ready-started</c>.
/// </summary>
internal static class Failpoints
{
    public const string ControllerSupervisorStarting = "controller.supervisor-starting";
    public const string ControllerSupervisorStarted = "controller.supervisor-started";
    public const string ControllerRunRecorded = "controller.run-recorded";
    public const string ControllerWorkerRequested = "controller.worker-requested";
    public const string ControllerWorkerConnected = "controller.worker-connected";
    public const string ControllerBlockSent = "controller.block-sent";
    public const string ControllerFinalReceived = "controller.final-received";
    public const string ControllerSwept = "controller.swept";
    public const string ControllerDeathLearnt = "controller.death-learnt";
    public const string ControllerClosing = "controller.closing";

    public const string SupervisorStarted = "supervisor.started";
    public const string SupervisorGuarded = "supervisor.guarded";
    public const string SupervisorStartRequested = "supervisor.start-requested";
    public const string SupervisorSpawned = "supervisor.spawned";
    public const string SupervisorContained = "supervisor.contained";
    public const string SupervisorGoGiven = "supervisor.go-given";
    public const string SupervisorStopRequested = "supervisor.stop-requested";
    public const string SupervisorTermSent = "supervisor.term-sent";
    public const string SupervisorKilling = "supervisor.killing";
    public const string SupervisorSweepRequested = "supervisor.sweep-requested";
    public const string SupervisorSwept = "supervisor.swept";
    public const string SupervisorWorkerReaped = "supervisor.worker-reaped";
    public const string SupervisorLeftoversEnded = "supervisor.leftovers-ended";
    public const string SupervisorEndReported = "supervisor.end-reported";
    public const string SupervisorInputEnded = "supervisor.input-ended";
    public const string SupervisorWorkersEnded = "supervisor.workers-ended";
    public const string SupervisorDirectoryRemoved = "supervisor.directory-removed";

    public const string GuardStarted = "guard.started";
    public const string GuardWoken = "guard.woken";
    public const string GuardKilled = "guard.killed";
    public const string GuardDone = "guard.done";

    public const string WorkerStarted = "worker.started";
    public const string WorkerPrepared = "worker.prepared";
    public const string WorkerConnected = "worker.connected";
    public const string WorkerHelloSaid = "worker.hello-said";
    public const string WorkerBlockReceived = "worker.block-received";
    public const string WorkerBlockStarted = "worker.block-started";
    public const string WorkerBlockEnded = "worker.block-ended";
    public const string WorkerFinalSent = "worker.final-sent";
    public const string WorkerCancelReceived = "worker.cancel-received";
    public const string WorkerControllerGone = "worker.controller-gone";
    public const string WorkerLeaving = "worker.leaving";
}
