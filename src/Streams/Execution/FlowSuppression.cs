namespace Streams.Execution;

/// <summary>
/// Keeps the test's flow out of the library's own: what happens in a queue, at a host or in a worker's thread is not the
/// test's doing (<see cref="OwnException"/>), and must not hold on to what its flow carries.
/// </summary>
internal readonly struct FlowSuppression : IDisposable
{
    private readonly AsyncFlowControl? _control;

    private FlowSuppression(AsyncFlowControl? control) => _control = control;

    public static FlowSuppression Begin() => new(ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow());

    public void Dispose() => _control?.Undo();
}
