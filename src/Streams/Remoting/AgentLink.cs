using Streams.Hosts;
using Streams.Remoting.Grpc;
using Streams.Wire;

namespace Streams.Remoting;

/// <summary>One connection to an agent and the session on it. Ends once, by whichever side, and is not used again.</summary>
internal sealed class AgentLink : IAsyncDisposable
{
    private const string AttachMethod = "/streams.v1.Agent/Attach";
    private const string DescribeMethod = "/streams.v1.Agent/Describe";
    private const string TransferMethod = "/streams.v1.Agent/Transfer";

    private readonly HostConnection _transport;
    private readonly TimeProvider _time;
    private readonly GrpcClient _client;
    private readonly GrpcCall<FromAgent> _call;
    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly FirstBytes _first = new();

    /// <summary>Why we ended it ourselves; null if we did not.</summary>
    private string? _given;

    /// <summary>When a byte last came. Bytes, not messages: on a slow link a message may take longer than the silence that is allowed.</summary>
    private long _heard;

    public AgentLink(HostConnection transport, ulong number, TimeProvider time)
    {
        _transport = transport;
        _time = time;
        Number = number;
        _heard = time.GetTimestamp();
        _client = new GrpcClient(new DuplexStream(transport.FromHost, transport.ToHost, Heard), time);
        _call = _client.Open(AttachMethod, FromAgent.Parser, deadline: null, _over.Token);
    }

    /// <summary>Rises with each connection to one agent: the fencing token.</summary>
    public ulong Number { get; }

    /// <summary>Cancelled when it has ended.</summary>
    public CancellationToken Over => _over.Token;

    public TimeSpan SilentFor => _time.GetElapsedTime(Volatile.Read(ref _heard));

    /// <summary>Becomes the run's session.</summary>
    /// <exception cref="GrpcException">The agent refuses, or the connection has ended.</exception>
    public async Task<Attached> AttachAsync(AttachRun attach)
    {
        var answer = await AskAsync(attach).ConfigureAwait(false);
        if (answer?.BadVersion is { } version)
            throw new GrpcException(GrpcStatusCode.FailedPrecondition, $"it speaks protocol {version.Speaks} (version {version.AgentVersion}), this library {WireLimits.Protocol}");
        if (answer?.Attached is not { } attached)
            throw new GrpcException(GrpcStatusCode.Internal, $"it answered the attachment with {answer?.KindCase.ToString() ?? "nothing"}");
        await SendAsync(new FromController { Renew = new Renew { AgentTimeMs = attached.AgentTimeMs } }).ConfigureAwait(false);
        return attached;
    }

    /// <summary>Sends one message; waits while the agent does not read.</summary>
    /// <exception cref="GrpcException">The connection has ended, or the message is too large (then nothing was sent).</exception>
    public async Task SendAsync(FromController message)
    {
        try
        {
            await _writing.WaitAsync(_over.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            throw Ended(exception);
        }

        try
        {
            await _call.WriteAsync(message).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            throw Ended(exception);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The agent's next message; null when it has ended the session in order.</summary>
    /// <exception cref="GrpcException">Any other end.</exception>
    public async Task<FromAgent?> ReadAsync()
    {
        try
        {
            return await _call.ReadAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            throw Ended(exception);
        }
    }

    public Task<HostDescription> DescribeAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        _client.CallAsync(DescribeMethod, new DescribeRequest(), HostDescription.Parser, limit, cancellationToken);

    /// <summary>A call for files, beside the session. Ends with the token; what ends the link ends it too.</summary>
    public GrpcCall<TransferPart> OpenTransfer(CancellationToken cancellationToken) => _client.Open(TransferMethod, TransferPart.Parser, deadline: null, cancellationToken);

    /// <summary>Ends it from this side: whoever reads or writes gets the reason.</summary>
    public void End(string reason)
    {
        Interlocked.CompareExchange(ref _given, reason, null);
        _over.Cancel();
    }

    /// <summary>Whether the host told that the program at the connection's other end has ended. Ends what is left of the connection.</summary>
    public Task<bool> FarProgramHasEndedAsync() => _transport.FarProgramHasEndedAsync();

    /// <summary>Why the connector thinks that it ended; null if it cannot say within a few seconds.</summary>
    public async Task<HostConnectException?> ExplainAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        try
        {
            return await _transport.ExplainAsync("agent", limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        End("it was closed");
        await _call.DisposeAsync().ConfigureAwait(false);
        _client.Dispose();
        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<FromAgent?> AskAsync(AttachRun attach)
    {
        try
        {
            await SendAsync(new FromController { Attach = attach }).ConfigureAwait(false);
            return await ReadAsync().ConfigureAwait(false);
        }
        catch (GrpcException exception) when (_first.Foreign() is { } foreign)
        {
            throw new GrpcException(exception.Status, $"it sent something that is not Streams (first bytes: \"{foreign}\")", exception);
        }
    }

    private GrpcException Ended(Exception exception) =>
        new(GrpcStatusCode.Unavailable, Volatile.Read(ref _given) ?? "the connection has ended", exception);

    private void Heard(ReadOnlyMemory<byte> read)
    {
        Volatile.Write(ref _heard, _time.GetTimestamp());
        _first.Take(read.Span);
    }
}
