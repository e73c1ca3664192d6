using System.Diagnostics;
using System.Globalization;
using System.Text;
using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Remote;

/// <summary>Promises 17, 18 and 20: a lost link is a pause, not an end; and what is lost has ended.</summary>
public class LinkLossTests(ITestOutputHelper output)
{
    private readonly Random _random = new(Campaign.Seed);

    [NeedsFact(SshHosts.Needed), Trait("Campaign", "link-cut")]
    public async Task Numbered_lines_come_home_each_once_however_often_and_however_the_link_is_cut()
    {
        var cuts = Campaign.Size("STREAMS_CUTS", slice: 4, full: 100);
        var lines = Campaign.Size("STREAMS_CUT_LINES", slice: 20_000, full: 1_000_000);
        await using var bed = await Bed.UpAsync("dotnet");
        await using var streams = NewCollection(bed, TimeSpan.FromSeconds(12));
        var stream = streams.Add(bed["dotnet"].Place);
        await stream.RunFgAsync(() => { }).DefaultTimeout();
        var run = stream.RunBg(block => PrintAsync(lines), new BlockOptions { TimeLimit = TimeSpan.FromHours(1) });
        await Eventually.True(() => run.Phase == BlockPhase.Started);

        var kinds = Enum.GetValues<LinkCut>();
        var seconds = kinds.ToDictionary(kind => kind, _ => new List<double>());
        for (var cut = 0; cut < cuts; cut++)
        {
            var kind = kinds[cut % kinds.Length];
            await Task.Delay(_random.Next(0, 300));
            var clock = Stopwatch.StartNew();
            await LinkCutter.CutAsync(bed, kind, TimeSpan.FromSeconds(6)); // three eighths of the lease are silence
            await Eventually.True(() => Count(streams, "is back after") > cut);
            seconds[kind].Add(clock.Elapsed.TotalSeconds);
        }

        var host = Path.Combine(bed.Directory, bed["dotnet"].Name, "tmp");
        await File.WriteAllTextAsync(Path.Combine(host, "enough"), "");
        var result = await run.Completion.WaitAsync(TimeSpan.FromMinutes(5));
        await streams.DisposeAsync();
        var truth = await File.ReadAllLinesAsync(Path.Combine(host, "truth"));
        var came = await File.ReadAllLinesAsync(Path.Combine(result.Directory, "output.log"));
        var missing = truth.Length - came.Intersect(truth).Count();
        var doubled = came.Length - came.Distinct().Count();

        Campaign.Tell(output, "link-cut", Figures(seconds, truth.Length, missing, doubled));
        Assert.True(result.Outcome == BlockOutcome.Pass, result.Message);
        Assert.Equal((0, 0), (missing, doubled));
        Assert.Equal(truth, came); // and in order
        Assert.True(truth.Length >= lines);
    }

    [NeedsFact(SshHosts.Needed), Trait("Campaign", "lease-cut")]
    public async Task A_link_that_is_cut_for_less_than_the_lease_costs_nothing_and_for_more_the_block_which_has_ended_by_then()
    {
        var lease = Campaign.Size("STREAMS_CUT_LEASE", slice: 6, full: 30);
        var figures = new StringBuilder($"| cut for (lease {lease} s) | verdict | said after | writes after it |\n|---|---|---|---|\n");
        // A second before the lease ends is too late as a rule: it is counted from the last heartbeat that was answered, and a
        // login takes time. Either verdict is right then, if it is true.
        foreach (var cut in Campaign.IsFull ? (int[])[1, lease / 2, lease - 1, lease + 1] : [1, lease / 2, lease + 1])
        {
            await using var bed = await Bed.UpAsync("dotnet");
            await using var streams = NewCollection(bed, TimeSpan.FromSeconds(lease));
            var stream = streams.Add(bed["dotnet"].Place);
            await stream.RunFgAsync(() => { }).DefaultTimeout();
            var run = stream.RunBg(block => TickAsync());
            await Eventually.True(() => run.Phase == BlockPhase.Started);
            var clock = Stopwatch.StartNew();
            await LinkCutter.CutAsync(bed, LinkCut.Silence, TimeSpan.FromSeconds(cut));
            var host = Path.Combine(bed.Directory, bed["dotnet"].Name, "tmp");
            if (cut < lease)
            {
                await Task.Delay(TimeSpan.FromSeconds(cut) + TimeSpan.FromMilliseconds(200)); // the block is told by the disk, not by the link
                await File.WriteAllTextAsync(Path.Combine(host, "enough"), "");
            }

            var result = await run.Completion.WaitAsync(TimeSpan.FromMinutes(3));
            var said = clock.Elapsed;
            var writes = new FileInfo(Path.Combine(host, "ticks")).Length;
            await Task.Delay(500);
            var after = new FileInfo(Path.Combine(host, "ticks")).Length - writes;
            await streams.WaitAsync(ignoreFailures: true);
            await streams.DisposeAsync().AsTask().ContinueWith(_ => { });
            figures.Append(CultureInfo.InvariantCulture, $"| {cut} s | {result.Outcome} ({result.Reason}) | {said.TotalSeconds:0.0} s | {after} |\n");

            output.WriteLine(result.Message);
            Assert.Contains(result.Reason, cut <= lease / 2 ? [OutcomeReason.FinalMessage] : cut > lease ? [OutcomeReason.Lost] : (OutcomeReason[])[OutcomeReason.FinalMessage, OutcomeReason.Lost]);
            Assert.Equal(0, after);
        }

        Campaign.Tell(output, "lease-cut", figures.ToString());
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task A_block_that_waits_at_a_barrier_is_not_thrown_out_while_its_link_is_down()
    {
        await using var bed = await Bed.UpAsync("dotnet");
        await using var streams = NewCollection(bed, TimeSpan.FromSeconds(60));
        var there = streams.Add(bed["dotnet"].Place, "there");
        var here = streams.Add("localhost", "here");
        await there.RunFgAsync(() => { }).DefaultTimeout();
        var waits = there.RunBg(block => block.Sync.BarrierAsync("all", 2, TimeSpan.FromMinutes(2)));
        await Eventually.True(() => waits.Phase == BlockPhase.Started);
        await LinkCutter.CutAsync(bed, LinkCut.Silence, TimeSpan.FromSeconds(25)); // longer than any grace of the sync server
        await Eventually.True(() => Count(streams, "reconnecting") > 0);
        await Eventually.True(() => Count(streams, "is back after") > 0);
        here.RunBg(block => block.Sync.BarrierAsync("all", 2, TimeSpan.FromSeconds(30)));

        await streams.WaitAsync().DefaultTimeout();
    }

    private static async Task PrintAsync(int lines)
    {
        await using var truth = new FileStream("/tmp/truth", FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        for (var line = 0; line < lines || !File.Exists("/tmp/enough"); line += 100)
        {
            var text = string.Concat(Enumerable.Range(line, 100).Select(number => $"{number}\n"));
            truth.Write(Encoding.ASCII.GetBytes(text));
            truth.Flush(flushToDisk: true);
            Console.Write(text);
            if (line >= lines)
                await Task.Delay(20);
        }
    }

    private static async Task TickAsync()
    {
        while (!File.Exists("/tmp/enough"))
        {
            await File.AppendAllTextAsync("/tmp/ticks", "tick\n");
            await Task.Delay(20);
        }
    }

    private static int Count(StreamCollection streams, string words)
    {
        var log = Path.Combine(streams.ResultsDirectory, "debug.log");
        return File.Exists(log) ? File.ReadLines(log).Count(line => line.Contains(words, StringComparison.Ordinal)) : 0;
    }

    private static string Figures(Dictionary<LinkCut, List<double>> seconds, int lines, int missing, int doubled)
    {
        var text = new StringBuilder("| cut | times | seconds to resume, median | maximum |\n|---|---|---|---|\n");
        foreach (var (kind, times) in seconds.Where(pair => pair.Value.Count > 0))
        {
            times.Sort();
            text.Append(CultureInfo.InvariantCulture, $"| {kind} | {times.Count} | {times[times.Count / 2]:0.00} | {times[^1]:0.00} |\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"\n{lines:N0} lines printed: missing {missing}, doubled {doubled}. Seed {Campaign.Seed}.").ToString();
    }

    private StreamCollection NewCollection(Bed bed, TimeSpan lease) =>
        new(output.WriteLine, new StreamCollectionOptions { Lease = lease, Ssh = new SshOptions { ConfigFile = bed.SshConfig } });
}
