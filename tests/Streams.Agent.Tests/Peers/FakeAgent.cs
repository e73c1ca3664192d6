using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Threading.Channels;
using Google.Protobuf;
using Streams.Wire;

namespace Streams.Agent.Tests.Peers;

/// <summary>An agent as an enemy would write it: just so much of HTTP/2 and gRPC, by hand, that it can say anything at all.</summary>
internal sealed class FakeAgent : HostConnection
{
    public const byte Data = 0, Headers = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7, WindowUpdate = 8, Continuation = 9;
    public const byte EndStream = 1, EndHeaders = 4;
    public const string Epoch = "0123456789abcdef", Boot = "a-boot";

    private const int Preface = 24, FrameHeader = 9, MessageHeader = 5, LargestData = 16 * 1024, FirstWindow = 65_535, BeatMilliseconds = 200;

    private static readonly PipeOptions Bounded = new(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024, useSynchronizationContext: false);

    private readonly Pipe _toHost = new(Bounded);
    private readonly Pipe _fromHost = new(Bounded);
    private readonly Channel<FromController> _received = Channel.CreateUnbounded<FromController>();
    private readonly TaskCompletionSource<int> _call = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _credit = new(0);
    private readonly List<byte> _body = [];
    private long _connectionWindow = FirstWindow, _callWindow = FirstWindow;

    public FakeAgent()
    {
        (FromHost, ToHost) = (_fromHost.Reader.AsStream(), _toHost.Writer.AsStream());
        _ = ReadAsync();
    }

    public override Stream FromHost { get; }

    public override Stream ToHost { get; }

    /// <summary>Of the last event.</summary>
    public ulong Sequence { get; set; }

    /// <summary>The worker that the controller has asked for.</summary>
    public string Worker { get; set; } = "";

    public int Call => _call.Task.Result;

    public ValueTask<FromController> ReceiveAsync() => _received.Reader.ReadAsync();

    /// <summary>As an honest agent does, up to the attachment; events go on where the controller wants them to.</summary>
    public async Task AttachAsync(string epoch = Epoch, string boot = Boot)
    {
        await BeginAsync();
        var attach = (await ReceiveAsync()).Attach;
        Sequence = attach.LastSequence;
        await SendAsync(new FromAgent { Attached = new Attached { Epoch = epoch, Boot = boot, FirstSequence = Sequence + 1, AgentTimeMs = 1000 } });
    }

    /// <summary>The settings, and the answer's head.</summary>
    public async Task BeginAsync()
    {
        await SendFrameAsync(Settings, 0, 0, Array.Empty<byte>());
        await SendFrameAsync(Headers, EndHeaders, await _call.Task, (byte[])[0x88, 0x0f, 0x10, 16, .. "application/grpc"u8]);
    }

    /// <summary>Starts the worker that is asked for, and begins with the block.</summary>
    public async Task<BlockSpec> TakeBlockAsync()
    {
        while (true)
        {
            var order = await ReceiveOrBeatAsync();
            if (order.Start is { } start)
            {
                Worker = start.Worker;
                await SendAsync(new AgentEvent { WorkerReady = new WorkerReady { Worker = Worker, Pid = 1 } });
            }
            else if (order.Submit is { } submit)
            {
                await SendAsync(new AgentEvent { Accepted = new BlockAccepted { Worker = Worker, Id = submit.Spec.Id, State = "accepted" } });
                await SendAsync(new AgentEvent { FromWorker = new FromWorker { Started = new BlockStarted { Ordinal = submit.Spec.Id.Ordinal } } });
                return submit.Spec;
            }
        }
    }

    public static AgentEvent Passed(BlockSpec block) => new()
    {
        Ended = new BlockEnded { Id = block.Id, Finished = new BlockFinished { Ordinal = block.Id.Ordinal, Outcome = WireOutcome.OutcomePass, Reason = WireReason.ReasonFinalMessage } },
    };

    /// <summary>The next event.</summary>
    public Task SendAsync(AgentEvent happened)
    {
        (happened.Sequence, happened.Worker) = (++Sequence, happened.Worker.Length == 0 ? Worker : happened.Worker);
        return SendAsync(new FromAgent { Event = happened });
    }

    public Task SendAsync(FromAgent message) => SendMessageAsync(message.ToByteArray());

    /// <summary>A message of gRPC with any content, its length as it is or as it is claimed.</summary>
    public Task SendMessageAsync(byte[] content, uint? length = null, byte flag = 0)
    {
        var message = new byte[MessageHeader + content.Length];
        message[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(1), length ?? (uint)content.Length);
        content.CopyTo(message, MessageHeader);
        return SendDataAsync(message);
    }

    /// <summary>Any bytes of the answer's body, within the windows that the controller gives.</summary>
    public async Task SendDataAsync(ReadOnlyMemory<byte> data)
    {
        while (data.Length > 0)
        {
            var free = Math.Min(Volatile.Read(ref _connectionWindow), Volatile.Read(ref _callWindow));
            if (free <= 0)
            {
                await _credit.WaitAsync();
                continue;
            }

            var piece = data[..(int)Math.Min(free, Math.Min(data.Length, LargestData))];
            Interlocked.Add(ref _connectionWindow, -piece.Length);
            Interlocked.Add(ref _callWindow, -piece.Length);
            await SendFrameAsync(Data, 0, await _call.Task, piece);
            data = data[piece.Length..];
        }
    }

    /// <summary>The end of the answer: a status, and what else.</summary>
    public Task SendTrailersAsync(string status, string message) =>
        SendFrameAsync(Headers, EndHeaders | EndStream, Call, (byte[])[.. Literal("grpc-status", status), .. Literal("grpc-message", message)]);

    public async Task SendFrameAsync(byte type, byte flags, int stream, ReadOnlyMemory<byte> payload)
    {
        var frame = new byte[FrameHeader + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsMemory(FrameHeader));
        await SendRawAsync(frame);
    }

    /// <summary>Bytes of the connection itself.</summary>
    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes)
    {
        await _writing.WaitAsync();
        try
        {
            if ((await _fromHost.Writer.WriteAsync(bytes)).IsCompleted)
                throw new IOException("the controller has closed the connection");
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The end of the connection.</summary>
    public ValueTask CloseAsync() => _fromHost.Writer.CompleteAsync();

    public static byte[] Literal(string name, string value) => [0, (byte)name.Length, .. Latin(name), (byte)value.Length, .. Latin(value)];

    public override Task<HostConnectException> ExplainAsync(string stage, CancellationToken cancellationToken) =>
        Task.FromResult(new HostConnectException(HostFailure.ConnectionClosed, stage, "the enemy has closed the connection"));

    public override async ValueTask DisposeAsync()
    {
        await _fromHost.Reader.CompleteAsync();
        await _toHost.Writer.CompleteAsync();
        _credit.Release();
    }

    private static byte[] Latin(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    /// <summary>An agent that has nothing to do says that it is there.</summary>
    private async Task<FromController> ReceiveOrBeatAsync()
    {
        var receiving = ReceiveAsync().AsTask();
        while (await Task.WhenAny(receiving, Task.Delay(BeatMilliseconds)) != receiving)
            await SendAsync(new FromAgent { Heartbeat = new Heartbeat { AgentTimeMs = 1000 } });
        return await receiving;
    }

    private async Task ReadAsync()
    {
        try
        {
            var input = _toHost.Reader.AsStream();
            await input.ReadExactlyAsync(new byte[Preface]);
            while (true)
            {
                var header = new byte[FrameHeader];
                await input.ReadExactlyAsync(header);
                var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header) >>> 8];
                await input.ReadExactlyAsync(payload);
                await TakeAsync(header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload);
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            _received.Writer.TryComplete();
            _call.TrySetCanceled();
        }
    }

    private async Task TakeAsync(byte type, byte flags, int stream, byte[] payload)
    {
        switch (type)
        {
            case Headers:
                _call.TrySetResult(stream);
                break;
            case Data when payload.Length > 0:
                Take(payload);
                var credit = new byte[4];
                BinaryPrimitives.WriteInt32BigEndian(credit, payload.Length);
                await SendFrameAsync(WindowUpdate, 0, 0, credit);
                await SendFrameAsync(WindowUpdate, 0, stream, credit);
                break;
            case Settings or Ping when (flags & 1) == 0:
                await SendFrameAsync(type, 1, 0, type == Ping ? payload : Array.Empty<byte>());
                break;
            case WindowUpdate:
                Interlocked.Add(ref stream == 0 ? ref _connectionWindow : ref _callWindow, BinaryPrimitives.ReadInt32BigEndian(payload));
                _credit.Release();
                break;
        }
    }

    private void Take(byte[] payload)
    {
        _body.AddRange(payload);
        while (_body.Count >= MessageHeader && BinaryPrimitives.ReadInt32BigEndian([.. _body.GetRange(1, 4)]) is var size && _body.Count >= MessageHeader + size)
        {
            _received.Writer.TryWrite(FromController.Parser.ParseFrom(_body.GetRange(MessageHeader, size).ToArray()));
            _body.RemoveRange(0, MessageHeader + size);
        }
    }
}
