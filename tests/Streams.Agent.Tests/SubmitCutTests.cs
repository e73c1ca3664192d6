using System.Diagnostics;
using System.Globalization;

namespace Streams.Agent.Tests;

/// <summary>Promise 21: a block that is handed over again after a cut is never started twice.</summary>
public class SubmitCutTests(ITestOutputHelper output)
{
    private readonly Random _random = new(Campaign.Seed);

    [NeedsFact(Needs.PythonGrpc), Trait("Campaign", "submit-cut")]
    public async Task A_block_runs_once_wherever_its_submission_is_cut()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync(TimeSpan.FromSeconds(60), reconnects: true).DefaultTimeout();
        await using var executor = connection.CreateExecutor(new() { Collection = new string('c', 32), Stream = "s" });
        await RunAsync(1);
        var before = agent.Connector.Newest.BytesSent;
        await RunAsync(2);
        var length = agent.Connector.Newest.BytesSent - before; // of one submission, with what is acknowledged beside it
        var slice = Campaign.Size("STREAMS_SUBMIT_CUTS", slice: 6, full: (int)length + 1);
        var places = slice > length ? [.. Enumerable.Range(0, (int)length + 1)] : Enumerable.Range(0, slice).Select(_ => _random.Next((int)length + 1)).ToList();
        var clock = Stopwatch.StartNew();
        var ordinal = 2u;
        foreach (var place in places)
        {
            agent.Connector.Newest.BytesLeft = place;
            await RunAsync(++ordinal);
        }

        var runs = (await File.ReadAllLinesAsync(agent["truth"])).Length;
        var logins = agent.Connector.Count;
        Campaign.Tell(output, "submit-cut", string.Create(
            CultureInfo.InvariantCulture,
            $"Cut after each of {places.Count} numbers of bytes (a submission takes {length}): {ordinal} blocks submitted, run {runs} times, {logins} links made anew, {clock.Elapsed.TotalSeconds / places.Count:0.00} s each. Seed {Campaign.Seed}."));
        Assert.Equal((int)ordinal, runs);

        async Task RunAsync(uint number)
        {
            var verdict = await executor.RunAsync(TestSession.Spec(number, "append:" + agent["truth"]), new RecordedEvents(), default).DefaultTimeout();
            Assert.True(verdict.Outcome == BlockOutcome.Pass, $"{number}: {verdict.Message}");
        }
    }
}
