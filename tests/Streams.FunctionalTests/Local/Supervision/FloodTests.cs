using System.Diagnostics;
using System.Globalization;

namespace Streams.FunctionalTests.Local.Supervision;

/// <summary>
/// Promise 4: output without end costs bounded memory and disk and slows nobody else. In full: 4 GiB, and 10,000 barriers
/// beside it.
/// </summary>
public class FloodTests(ITestOutputHelper output)
{
    private const long MostMemory = 400;

    [Fact]
    [Trait("Campaign", "flood")]
    public async Task Flood_is_cut_and_told_and_another_stream_goes_on()
    {
        var megabytes = Campaign.Size("STREAMS_PROVE_FLOOD_MB", 300, 4096);
        var barriers = Campaign.Size("STREAMS_PROVE_FLOOD_BARRIERS", 200, 10_000);
        var limit = TimeSpan.FromMinutes(20);
        BlockResult result;
        long supervisor, worker;
        await using (var streams = new StreamCollection(output.WriteLine))
        {
            var (loud, quiet, other) = (streams.Add("localhost", "loud"), streams.Add("localhost", "quiet"), streams.Add("localhost", "other"));
            foreach (var stream in streams)
                await stream.RunFgAsync(() => { }).DefaultTimeout();
            var alone = await MeetAsync(quiet, other, "alone", barriers).WaitAsync(limit);

            var flood = loud.RunBg(() => Flood(megabytes), new BlockOptions { Name = "Flood", TimeLimit = limit });
            var beside = await MeetAsync(quiet, other, "beside", barriers).WaitAsync(limit);
            result = await flood.Completion.WaitAsync(limit);
            await streams.WaitAsync().WaitAsync(limit);

            supervisor = HighWaterMark(ParentOf(await loud.RunFgAsync(() => Environment.ProcessId).DefaultTimeout()));
            worker = await loud.RunFgAsync(() => HighWaterMark(Environment.ProcessId)).DefaultTimeout();
            Campaign.TellRow(output, "flood", "output | peak RSS | barrier, median and 99th percentile", string.Create(
                CultureInfo.InvariantCulture,
                $"{megabytes} MiB in {result.Elapsed.TotalSeconds:0.0} s | peak RSS MiB: test process {HighWaterMark(Environment.ProcessId)}, supervisor {supervisor}, worker {worker} | barrier p50/p99 µs alone {alone}, beside {beside}"));
        }

        Assert.Equal(BlockOutcome.Pass, result.Outcome);
        var log = new FileInfo(Path.Combine(result.Directory, "output.log"));
        Assert.InRange(log.Length, 17 << 20, 18 << 20); // head and tail
        var text = await File.ReadAllTextAsync(log.FullName);
        Assert.StartsWith("first", text, StringComparison.Ordinal);
        Assert.EndsWith("last\n", text, StringComparison.Ordinal);
        Assert.Contains("left out", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\0', text);
        Assert.InRange(supervisor, 1, MostMemory);
        Assert.InRange(worker, 1, MostMemory);
    }

    [Fact]
    public async Task Block_after_a_flood_keeps_its_own_output_whole()
    {
        BlockResult result;
        await using (var streams = new StreamCollection(output.WriteLine))
        {
            var stream = streams.Add("localhost");
            stream.RunBg(() => Flood(150));
            var next = stream.RunBg(() => Flood(12));
            result = await next.Completion.DefaultTimeout();
            await streams.WaitAsync().DefaultTimeout();
        }

        var text = await File.ReadAllTextAsync(Path.Combine(result.Directory, "output.log"));
        Assert.Equal((12 << 20) + "first".Length + "last\n".Length, text.Length);
        Assert.DoesNotContain('\0', text);
    }

    /// <summary>To standard output and standard error in turn, without a line's end.</summary>
    private static void Flood(long megabytes)
    {
        using var standardOutput = Console.OpenStandardOutput();
        using var standardError = Console.OpenStandardError();
        standardOutput.Write("first"u8);
        var chunk = new byte[1 << 20];
        chunk.AsSpan().Fill((byte)'x');
        for (var i = 0L; i < megabytes; i++)
            (i % 2 == 0 ? standardOutput : standardError).Write(chunk);
        standardOutput.Write("last\n"u8);
    }

    /// <summary>Two streams meet again and again. Returns median and 99th percentile in microseconds, as the second one saw them.</summary>
    private static async Task<string> MeetAsync(ExecutionStream one, ExecutionStream two, string name, int times)
    {
        var meeting = one.RunBg(async block =>
        {
            for (var i = 0; i < times; i++)
                await block.Sync.BarrierAsync(name, 2);
        });
        var waited = await two.RunFgAsync(async block =>
        {
            var ticks = new long[times];
            for (var i = 0; i < times; i++)
            {
                var began = Stopwatch.GetTimestamp();
                await block.Sync.BarrierAsync(name, 2);
                ticks[i] = (long)Stopwatch.GetElapsedTime(began).TotalMicroseconds;
            }

            return ticks;
        });
        await meeting.Completion;
        Array.Sort(waited);
        return string.Create(CultureInfo.InvariantCulture, $"{waited[times / 2]}/{waited[times * 99 / 100]}");
    }

    private static long HighWaterMark(int processId) => Status(processId, "VmHWM:") / 1024;

    private static int ParentOf(int processId) => (int)Status(processId, "PPid:");

    private static long Status(int processId, string name)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
