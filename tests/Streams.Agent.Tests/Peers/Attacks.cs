using Google.Protobuf;
using Streams.Wire;

namespace Streams.Agent.Tests.Peers;

/// <summary>What hostile-peers.md names, by its words.</summary>
internal static class Attacks
{
    /// <summary>In place of the attachment's answer.</summary>
    public static readonly IReadOnlyDictionary<string, Func<FakeAgent, Task>> AtStart = new Dictionary<string, Func<FakeAgent, Task>>
    {
        ["a shell's words"] = agent => agent.SendRawAsync("bash: dotnet: \u001b[31mcommand not found\r\n"u8.ToArray()),
        ["three bytes and the end"] = async agent =>
        {
            await agent.SendRawAsync("no\n"u8.ToArray());
            await agent.CloseAsync();
        },
        ["HTTP/1.1"] = agent => agent.SendRawAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray()),
        ["no settings of its own"] = agent => Task.CompletedTask,
        ["the end at once"] = agent => agent.CloseAsync().AsTask(),
        ["a redirect"] = agent => HeadersAsync(agent, [0x08, 3, .. "302"u8, .. FakeAgent.Literal("location", "http://elsewhere/")], FakeAgent.EndHeaders | FakeAgent.EndStream),
        ["100-continue for ever"] = async agent =>
        {
            for (var i = 0; i < 20_000; i++)
                await HeadersAsync(agent, [0x08, 3, .. "100"u8], FakeAgent.EndHeaders);
        },
        ["a page of HTML"] = agent => HeadersAsync(agent, [0x88, 0x0f, 0x10, 9, .. "text/html"u8], FakeAgent.EndHeaders),
        ["CONTINUATION for ever"] = async agent =>
        {
            await HeadersAsync(agent, [0x88], 0);
            for (var i = 0; i < 100_000; i++)
                await agent.SendFrameAsync(FakeAgent.Continuation, 0, agent.Call, FakeAgent.Literal($"x{i}", new string('y', 100)));
        },
        ["an end without a status"] = async agent =>
        {
            await agent.BeginAsync();
            await agent.SendFrameAsync(FakeAgent.Data, FakeAgent.EndStream, agent.Call, Array.Empty<byte>());
        },
        ["a status that drives a terminal"] = async agent =>
        {
            await agent.BeginAsync();
            await agent.SendTrailersAsync("13", "%1B[2J%0A##vso[task.complete]%0A::error::");
        },
        ["another version"] = async agent =>
        {
            await agent.BeginAsync();
            await agent.SendAsync(new FromAgent { BadVersion = new BadVersion { Speaks = 7, AgentVersion = "9.9\u001b[2J" } });
        },
        ["a million blocks in the attachment"] = async agent =>
        {
            await agent.BeginAsync();
            var attached = new FromAgent { Attached = new Attached() };
            attached.Attached.Blocks.AddRange(Enumerable.Repeat(new BlockState(), 1_000_000));
            await agent.SendAsync(attached);
        },
        ["17 MiB of fields that nobody knows"] = async agent =>
        {
            await agent.BeginAsync();
            await agent.SendMessageAsync([.. Enumerable.Repeat(new byte[] { 0x78, 1 }, 8_000_000).SelectMany(field => field)]);
        },
    };

    /// <summary>While a block runs.</summary>
    public static readonly IReadOnlyDictionary<string, Func<FakeAgent, BlockSpec, Task>> AtWork = new Dictionary<string, Func<FakeAgent, BlockSpec, Task>>
    {
        ["length 0xFFFFFFFF"] = (agent, _) => agent.SendMessageAsync([1, 2, 3], uint.MaxValue),
        ["length 0"] = (agent, _) => agent.SendMessageAsync([]),
        ["the flag of compression"] = (agent, _) => agent.SendMessageAsync([1], flag: 1),
        ["flag 77"] = (agent, _) => agent.SendMessageAsync([1], flag: 77),
        ["garbage"] = (agent, _) => agent.SendMessageAsync([.. Enumerable.Repeat((byte)0xFF, 100)]),
        ["nested 10,000 deep"] = (agent, _) => agent.SendMessageAsync(Nested(10_000)),
        ["a text that is not UTF-8"] = (agent, _) => agent.SendMessageAsync([0x22, 4, 0x4a, 2, 0xC3, 0x28]), // event { worker }
        ["an unknown outcome"] = async (agent, block) =>
        {
            var ended = FakeAgent.Passed(block);
            ended.Ended.Finished.Outcome = (WireOutcome)99;
            await agent.SendAsync(ended);
        },
        ["an end without an id, then the right one"] = async (agent, block) =>
        {
            await agent.SendAsync(new AgentEvent { Ended = new BlockEnded { Finished = new BlockFinished { Outcome = WireOutcome.OutcomeFail } } });
            await agent.SendAsync(FakeAgent.Passed(block));
        },
        ["verdicts of other blocks, then the right one"] = async (agent, block) =>
        {
            var other = block.Id.Clone();
            other.Ordinal = 77;
            await agent.SendAsync(new AgentEvent { Ended = new BlockEnded { Id = other, Finished = new BlockFinished { Outcome = WireOutcome.OutcomeFail } } });
            await agent.SendAsync(new AgentEvent { Ended = new BlockEnded { Id = block.Id, Finished = new BlockFinished { Outcome = WireOutcome.OutcomeFail } }, Worker = "of another stream" });
            await agent.SendAsync(FakeAgent.Passed(block));
        },
        ["two verdicts"] = async (agent, block) =>
        {
            await agent.SendAsync(FakeAgent.Passed(block));
            await agent.SendAsync(new AgentEvent { Ended = new BlockEnded { Id = block.Id, Finished = new BlockFinished { Outcome = WireOutcome.OutcomeFail } } });
        },
        ["an event twice"] = (agent, _) => SkipAsync(agent, -1),
        ["an event too far"] = (agent, _) => SkipAsync(agent, 1),
        ["an event far back"] = (agent, _) => SkipAsync(agent, -3),
        ["an event at the end of numbers"] = async (agent, _) =>
        {
            agent.Sequence = ulong.MaxValue - 1;
            await LogAsync(agent, 1, 1, "x");
        },
        ["an acknowledgement of nothing"] = (agent, _) => agent.SendAsync(new FromAgent { Attached = new Attached() }),
        ["output out of place"] = (agent, block) => agent.SendAsync(new AgentEvent { Output = new BlockOutput { Ordinal = block.Id.Ordinal, Offset = 1L << 40, Data = ByteString.CopyFrom(1) } }),
        ["output of less than nothing"] = (agent, block) => agent.SendAsync(new AgentEvent { Output = new BlockOutput { Ordinal = block.Id.Ordinal, LeftOut = long.MinValue } }),
        ["a chunk of 16 MiB"] = (agent, block) => agent.SendAsync(new AgentEvent { Output = new BlockOutput { Ordinal = block.Id.Ordinal, Data = ByteString.CopyFrom(new byte[16 << 20]) } }),
        ["a file without a name"] = (agent, block) => agent.SendAsync(new AgentEvent { File = new BlockFile { Ordinal = block.Id.Ordinal, Data = ByteString.CopyFrom(1) } }),
        ["a log line of 16 MiB, then the end"] = async (agent, block) =>
        {
            await LogAsync(agent, block.Id.Ordinal, 1, new string('x', 16 << 20));
            await agent.SendAsync(FakeAgent.Passed(block));
        },
        ["50,000 log lines, then the end"] = async (agent, block) =>
        {
            for (var i = 0; i < 50_000; i++)
                await LogAsync(agent, block.Id.Ordinal, i, "flood");
            await agent.SendAsync(FakeAgent.Passed(block));
        },
        ["50,000 connections to the sync server, then the end"] = async (agent, block) =>
        {
            for (var i = 1ul; i <= 50_000; i++)
                await agent.SendAsync(new FromAgent { ChannelOpen = new ChannelOpen { Channel = i, Worker = agent.Worker } });
            await agent.SendAsync(FakeAgent.Passed(block));
        },
        ["clocks of the years 1970 and 290000, then the end"] = async (agent, block) =>
        {
            foreach (var time in new[] { long.MinValue, -1, 0, long.MaxValue })
            {
                await LogAsync(agent, block.Id.Ordinal, time, "when");
                await agent.SendAsync(new FromAgent { Heartbeat = new Heartbeat { AgentTimeMs = time } });
            }

            await agent.SendAsync(FakeAgent.Passed(block));
        },
        ["a figure that is none, then the end"] = async (agent, block) =>
        {
            await agent.SendAsync(new AgentEvent { FromWorker = new FromWorker { Measure = new BlockMeasure { Ordinal = block.Id.Ordinal, Name = "x", Value = double.NaN, UnixUs = long.MaxValue } } });
            await agent.SendAsync(FakeAgent.Passed(block));
        },
        ["an exception that drives a terminal"] = (agent, block) => agent.SendAsync(new AgentEvent
        {
            Ended = new BlockEnded
            {
                Id = block.Id,
                Finished = new BlockFinished
                {
                    Ordinal = block.Id.Ordinal, Outcome = WireOutcome.OutcomeFail, Reason = WireReason.ReasonException, Message = "boom\u001b[2J",
                    Error = new ErrorTree { Type = "System.Diagnostics.Process", Message = "boom\u001b[2J", StackTrace = "\u001b]0;x\u0007\n##vso[task.complete]" },
                },
            },
        }),
        ["a reset of the call"] = (agent, _) => agent.SendFrameAsync(FakeAgent.Reset, 0, agent.Call, new byte[] { 0, 0, 0, 11 }),
        ["GOAWAY"] = (agent, _) => agent.SendFrameAsync(FakeAgent.GoAway, 0, 0, new byte[] { 0, 0, 0, 0, 0, 0, 0, 2 }),
        ["100,000 PINGs"] = (agent, block) => FloodAsync(agent, block, FakeAgent.Ping, new byte[8]),
        ["100,000 SETTINGS"] = (agent, block) => FloodAsync(agent, block, FakeAgent.Settings, Array.Empty<byte>()),
        ["a frame longer than frames may be"] = (agent, _) => agent.SendRawAsync(new byte[] { 0xFF, 0xFF, 0xFF, FakeAgent.Data, 0, 0, 0, 0, 1 }),
        ["a frame cut short, then the end of the connection"] = async (agent, _) =>
        {
            await agent.SendRawAsync(new byte[] { 0, 0, 100, FakeAgent.Data, 0, 0, 0, 0, 1, 0, 0 });
            await agent.CloseAsync();
        },
    };

    private static async Task HeadersAsync(FakeAgent agent, byte[] block, byte flags)
    {
        await agent.SendFrameAsync(FakeAgent.Settings, 0, 0, Array.Empty<byte>());
        await agent.ReceiveAsync();
        await agent.SendFrameAsync(FakeAgent.Headers, flags, agent.Call, block);
    }

    private static async Task SkipAsync(FakeAgent agent, long by)
    {
        agent.Sequence = (ulong)((long)agent.Sequence + by);
        await LogAsync(agent, 1, 1, "x");
    }

    private static Task LogAsync(FakeAgent agent, uint ordinal, long time, string text) =>
        agent.SendAsync(new AgentEvent { FromWorker = new FromWorker { Log = new BlockLog { Ordinal = ordinal, UnixUs = time, Level = int.MaxValue, Text = text } } });

    private static async Task FloodAsync(FakeAgent agent, BlockSpec block, byte type, byte[] payload)
    {
        for (var i = 0; i < 100_000; i++)
            await agent.SendFrameAsync(type, 0, 0, payload);
        await agent.SendAsync(FakeAgent.Passed(block));
    }

    /// <summary>An accepted block whose identity has so many parents.</summary>
    private static byte[] Nested(int depth)
    {
        byte[] inner = [];
        for (var i = 0; i < depth; i++)
            inner = [0x2a, .. Length(inner), .. inner];
        inner = [0x12, .. Length(inner), .. inner];
        inner = [0x1a, .. Length(inner), .. inner];
        return [0x22, .. Length(inner), .. inner];
    }

    private static byte[] Length(byte[] of)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
            output.WriteLength(of.Length);
        return stream.ToArray();
    }
}
