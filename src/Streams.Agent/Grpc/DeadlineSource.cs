using Streams.Wire;

namespace Streams.Agent.Grpc;

/// <summary>Cancels when a call's grpc-timeout passes or its caller goes, and tells which.</summary>
internal sealed class DeadlineSource : IDisposable
{
    private readonly CancellationTokenSource? _timer;
    private readonly CancellationTokenSource _linked;

    public DeadlineSource(string? header, TimeProvider time, CancellationToken aborted)
    {
        if (!string.IsNullOrEmpty(header))
        {
            IsValid = GrpcHeaders.TryParseTimeout(header, out var timeout);
            // Longer than a timer can be is as good as none.
            if (IsValid && timeout < TimeSpan.FromDays(40))
                _timer = new CancellationTokenSource(timeout, time);
        }

        _linked = CancellationTokenSource.CreateLinkedTokenSource(aborted, _timer?.Token ?? CancellationToken.None);
    }

    public bool IsValid { get; } = true;

    public bool HasPassed => _timer is { IsCancellationRequested: true };

    public CancellationToken Token => _linked.Token;

    public void Dispose()
    {
        _linked.Dispose();
        _timer?.Dispose();
    }
}
