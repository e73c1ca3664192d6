using System.Buffers.Binary;
using Google.Protobuf;
using Streams.Wire;

namespace Streams.Agent.Tests.Peers;

/// <summary>Frames of gRPC that began as honest messages of an agent; the same ones for the same seed.</summary>
internal sealed class FuzzedFrames(Random random)
{
    public const string Worker = "w1";
    public const uint Ordinal = 1;

    private const int Header = 5;

    private readonly byte[][] _honest = [.. Honest().Select(message => message.ToByteArray())];

    public byte[] Next()
    {
        var body = new List<byte>(_honest[random.Next(_honest.Length)]);
        for (var changes = random.Next(4); changes > 0; changes--)
            Change(body);
        var frame = new byte[Header + body.Count];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), body.Count);
        body.CopyTo(frame, Header);
        if (random.Next(50) == 0)
            frame[random.Next(Header)] ^= (byte)(1 << random.Next(8));
        return random.Next(100) == 0 ? frame[..random.Next(frame.Length)] : frame;
    }

    private void Change(List<byte> body)
    {
        var at = random.Next(body.Count + 1);
        switch (random.Next(7))
        {
            case 0 when at < body.Count:
                body[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < body.Count:
                body[at] = (byte)random.Next(256);
                break;
            case 2:
                body.RemoveRange(at, body.Count - at);
                break;
            case 3:
                body.InsertRange(at, [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]); // as a length: 4 GiB
                break;
            case 4:
                body.InsertRange(at, _honest[random.Next(_honest.Length)]);
                break;
            case 5:
                var noise = new byte[random.Next(64)];
                random.NextBytes(noise);
                body.InsertRange(at, noise);
                break;
            case 6 when at < body.Count:
                body.AddRange(body.GetRange(at, Math.Min(body.Count - at, 4096)));
                break;
        }
    }

    private static IEnumerable<FromAgent> Honest()
    {
        var id = TestSession.Spec(Ordinal, "true").Id;
        var ended = new WorkerEnded { Worker = Worker, ExitCode = 3, Signal = 9 };
        var error = new ErrorTree { Type = "T", Message = "m", StackTrace = "at X()\n", Inner = { new ErrorTree { Type = "U", IsBarrier = true, Barrier = "b" } } };
        var finished = new BlockFinished
        {
            Ordinal = Ordinal, Outcome = WireOutcome.OutcomeFail, Reason = WireReason.ReasonException, Message = "no", Error = error, Value = ByteString.CopyFromUtf8("value"),
            Command = new CommandOutcome { ExitCode = 1, StandardOutput = "out", StandardError = "err" }, Warnings = { "careful" }, OutputOffset = 7, ElapsedUs = 99, Kept = { new KeptProcess { Pid = 3 } },
        };
        yield return new FromAgent { Attached = new Attached { Epoch = "e", Boot = "b", FirstSequence = 1, Blocks = { new BlockState { Id = id, State = "started" } } } };
        yield return new FromAgent { Heartbeat = new Heartbeat { AgentTimeMs = 5 } };
        yield return new FromAgent { ChannelOpen = new ChannelOpen { Channel = 3, Worker = Worker } };
        yield return new FromAgent { ChannelData = new ChannelData { Channel = 3, Data = ByteString.CopyFromUtf8("HELLO 1\n") } };
        yield return new FromAgent { ChannelCredit = new ChannelCredit { Channel = 3, Bytes = uint.MaxValue } };
        yield return new FromAgent { ChannelEnd = new ChannelEnd { Channel = 3 } };
        yield return Event(new AgentEvent { WorkerReady = new WorkerReady { Worker = Worker, Pid = 7, OutputTail = ByteString.CopyFromUtf8("tail") } });
        yield return Event(new AgentEvent { Accepted = new BlockAccepted { Worker = Worker, Id = id, State = "refused", Why = "because" } });
        yield return Event(new AgentEvent { FromWorker = new FromWorker { Started = new BlockStarted { Ordinal = Ordinal } } });
        yield return Event(new AgentEvent { FromWorker = new FromWorker { Log = new BlockLog { Ordinal = Ordinal, UnixUs = 1, Level = 2, Text = "a line\u001b[2J" } } });
        yield return Event(new AgentEvent { FromWorker = new FromWorker { Whiteboard = new BlockWhiteboard { Ordinal = Ordinal, Text = "board" } } });
        yield return Event(new AgentEvent { FromWorker = new FromWorker { Measure = new BlockMeasure { Ordinal = Ordinal, Name = "n", Value = 1.5, Unit = "s" } } });
        yield return Event(new AgentEvent { FromWorker = new FromWorker { Part = new BlockPartEntered { Ordinal = Ordinal, Part = WirePart.PartSetUp } } });
        yield return Event(new AgentEvent { Output = new BlockOutput { Worker = Worker, Ordinal = Ordinal, Data = ByteString.CopyFromUtf8("printed\n"), LeftOut = 2 } });
        yield return Event(new AgentEvent { File = new BlockFile { Worker = Worker, Ordinal = Ordinal, Name = ByteString.CopyFromUtf8("a/b"), Data = ByteString.CopyFromUtf8("x"), Last = true, Sha256 = ByteString.CopyFrom(new byte[32]) } });
        yield return Event(new AgentEvent { Ended = new BlockEnded { Worker = Worker, Id = id, Finished = finished } });
        yield return Event(new AgentEvent { Ended = new BlockEnded { Worker = Worker, Id = id, WorkerEnded = ended, TimedOut = true, OutputTail = ByteString.CopyFromUtf8("Unhandled exception.\n   at") } });
        yield return Event(new AgentEvent { WorkerGone = new WorkerGone { Worker = Worker, Ended = ended } });
        yield return Event(new AgentEvent { RebootRefused = new RebootRefused { Why = "no\nroot" } });
    }

    private static FromAgent Event(AgentEvent happened)
    {
        (happened.Worker, happened.Sequence) = (Worker, 1);
        return new FromAgent { Event = happened };
    }
}
