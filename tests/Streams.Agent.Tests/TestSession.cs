using Streams.Remoting.Grpc;
using Streams.Wire;

namespace Streams.Agent.Tests;

/// <summary>An attachment driven by hand, message by message.</summary>
internal sealed class TestSession : IAsyncDisposable
{
    public const string Method = "/streams.v1.Agent/Attach";

    private readonly GrpcCall<FromAgent> _call;
    private readonly CancellationTokenSource _cancel = new();

    public TestSession(GrpcClient client, TimeSpan? deadline = null) => _call = client.Open(Method, FromAgent.Parser, deadline, _cancel.Token);

    public static AttachRun Attach(ulong connection = 1, ulong last = 0, int leaseMs = 30_000, char token = 'b') => new()
    {
        Protocol = 1, Run = new string('a', 32), Token = new string(token, 32), Connection = connection, LastSequence = last, LeaseMs = leaseMs,
    };

    public static BlockSpec Spec(uint ordinal, string shell) => new()
    {
        Id = new BlockId { Run = new string('a', 32), Collection = new string('c', 32), Stream = "s", Ordinal = ordinal },
        Name = $"{ordinal}-Test", Command = new CommandLine { Shell = shell }, GraceMs = 1000,
    };

    public static SubmitBlock Submit(uint ordinal, string shell, string digest = "d") =>
        new() { Worker = "w1", Spec = Spec(ordinal, shell), Digest = Google.Protobuf.ByteString.CopyFromUtf8(digest) };

    public async Task<Attached> AttachAsync(AttachRun attach)
    {
        await SendAsync(new FromController { Attach = attach });
        var answer = await ReadAsync();
        Assert.Equal(FromAgent.KindOneofCase.Attached, answer?.KindCase);
        return answer!.Attached;
    }

    public Task SendAsync(FromController message) => _call.WriteAsync(message).DefaultTimeout();

    public Task<FromAgent?> ReadAsync() => _call.ReadAsync().DefaultTimeout();

    /// <summary>The next event; heartbeats are answered on the way, as a controller does.</summary>
    public async Task<AgentEvent> EventAsync()
    {
        while (await ReadAsync() is { } message)
        {
            if (message.Event is { } happened)
                return happened;
            if (message.Heartbeat is { } heartbeat)
                await SendAsync(new FromController { Renew = new Renew { AgentTimeMs = heartbeat.AgentTimeMs } });
        }

        throw new InvalidOperationException("the session has ended");
    }

    public async Task<AgentEvent> EventAsync(AgentEvent.KindOneofCase kind)
    {
        while (true)
        {
            if (await EventAsync() is var happened && happened.KindCase == kind)
                return happened;
        }
    }

    public async Task StartWorkerAsync()
    {
        await SendAsync(new FromController { Start = new StartRemoteWorker { Worker = "w1", Collection = new string('c', 32), Stream = "s", Host = "h" } });
        var ready = await EventAsync(AgentEvent.KindOneofCase.WorkerReady);
        Assert.Equal("", ready.WorkerReady.Error);
    }

    public void Cancel() => _cancel.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _call.DisposeAsync();
        _cancel.Dispose();
    }
}
