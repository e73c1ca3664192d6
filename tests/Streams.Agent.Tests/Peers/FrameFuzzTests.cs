using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using Streams.Blocks;
using Streams.Remoting;
using Streams.Wire;

namespace Streams.Agent.Tests.Peers;

/// <summary>Any frames at all, against what reads them: nothing but a refusal comes out, and memory stays small.</summary>
[Collection("peers")] // one after another: a short lease wants a processor
public sealed class FrameFuzzTests(ITestOutputHelper output)
{
    private const long MostMemory = 256L << 20;
    private const int FramesOfAConnection = 500;
    private const int FramesOfABlock = 64;

    private readonly Dictionary<string, int> _escaped = [];
    private int _taken, _refused, _verdicts;
    private long _mostMemory;

    [Fact, Trait("Campaign", "frames")]
    public async Task Any_frame_is_taken_or_refused_and_nothing_else()
    {
        var count = Campaign.Size("STREAMS_FRAMES", 10_000, 1_000_000);
        var frames = new FuzzedFrames(new Random(Campaign.Seed));
        var watch = Stopwatch.StartNew();
        for (var done = 0; done < count; done += FramesOfABlock)
            await ReadAsync(frames);
        var readFor = watch.Elapsed;
        var connections = Math.Max(10, count / 5_000);
        var reasons = new List<string>();
        for (var i = 0; i < connections; i++)
            reasons.Add(await ConnectAsync(frames).DefaultTimeout());

        Campaign.Tell(output, "frames", string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {count:N0} frames (seed {Campaign.Seed}) against the controller's reading side in {readFor.TotalSeconds:0.0} s: {_taken:N0} parsed, {_refused:N0} refused, {_verdicts:N0} verdicts worded,
            escapes {_escaped.Values.Sum()}. {connections:N0} whole connections with up to {FramesOfAConnection} of them: all ended in order. Managed memory at most {_mostMemory >> 20} MiB.
            """));

        Assert.Empty(_escaped);
        Assert.True(_mostMemory < MostMemory, $"{_mostMemory:N0} bytes");
        Assert.DoesNotContain(reasons, reason => reason.Contains("failed here", StringComparison.Ordinal));
        Assert.True(_taken > 0 && _refused > 0 && _verdicts > 0);
    }

    /// <summary>The frames of one block: each is read, parsed and handed on as the connection's loop does.</summary>
    private async Task ReadAsync(FuzzedFrames frames)
    {
        var orders = new AgentOrders();
        var workers = new AgentWorkers();
        var (worker, block) = NewBlock(workers);
        for (var i = 0; i < FramesOfABlock; i++)
        {
            try
            {
                var frame = frames.Next();
                var message = await GrpcFraming.ReadAsync(PipeReader.Create(new ReadOnlySequence<byte>(frame)), FromAgent.Parser, WireLimits.MaxFrame, CancellationToken.None);
                _taken++;
                if (message?.Event is not { } happened)
                    continue;
                workers.Receive(happened);
                orders.Confirm(happened);
            }
            catch (GrpcException)
            {
                _refused++;
            }
            catch (Exception exception)
            {
                Escaped(exception);
            }

            if (block.Ended.IsCompleted)
            {
                Word(await block.Ended, block);
                workers.Remove(worker);
                (worker, block) = NewBlock(workers);
            }
        }

        _mostMemory = Math.Max(_mostMemory, GC.GetTotalMemory(forceFullCollection: false));
    }

    private static (AgentWorker Worker, AgentBlock Block) NewBlock(AgentWorkers workers)
    {
        var worker = new AgentWorker(FuzzedFrames.Worker);
        var block = new AgentBlock(TestSession.Spec(FuzzedFrames.Ordinal, "true"), new RecordedEvents());
        workers.Add(worker);
        Assert.True(worker.TryBegin(block));
        return (worker, block);
    }

    private void Word(AgentBlockEnd end, AgentBlock block)
    {
        try
        {
            var verdict = AgentVerdicts.Of(end, block, "evil", 1, stopped: false);
            _verdicts++;
            if (verdict.Outcome == BlockOutcome.Pass && end.Ended?.Finished?.Outcome != WireOutcome.OutcomePass)
                throw new InvalidOperationException("a pass that nobody said");
        }
        catch (Exception exception)
        {
            Escaped(exception);
        }
    }

    private void Escaped(Exception exception)
    {
        var where = $"{exception.GetType()}: {exception.Message} {exception.StackTrace?.Split('\n')[0].Trim()}";
        _escaped[where] = _escaped.GetValueOrDefault(where) + 1;
    }

    /// <summary>A whole connection, whose agent sends such frames as it pleases; why it was lost.</summary>
    private async Task<string> ConnectAsync(FuzzedFrames frames)
    {
        var agents = new FakeAgents(async (agent, _) =>
        {
            await agent.AttachAsync();
            await agent.TakeBlockAsync();
            for (var i = 0; i < FramesOfAConnection; i++)
                await agent.SendDataAsync(frames.Next());
            await agent.CloseAsync();
        });
        await using var connection = await agents.OpenAsync(TimeSpan.Zero);
        await using var executor = connection.CreateExecutor(new AgentExecutorOptions { Collection = new string('c', 32), Stream = "s" });
        await executor.RunAsync(TestSession.Spec(FuzzedFrames.Ordinal, "true"), new RecordedEvents(), CancellationToken.None);
        var loss = await connection.Lost;
        _mostMemory = Math.Max(_mostMemory, GC.GetTotalMemory(forceFullCollection: false));
        return loss.Reason;
    }
}
