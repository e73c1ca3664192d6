using System.Diagnostics;
using Streams.Blocks.Travel;
using Streams.Wire;

namespace Streams.Tests.Workers;

/// <summary>Files of the host that a block asks for.</summary>
public sealed class CollectingTests : IDisposable
{
    private readonly TempDirectory _logs = new();
    private readonly TestWorker _worker = new();

    public void Dispose()
    {
        _worker.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public void Matching_files_and_directories_are_copied_under_their_path_also_after_a_failure()
    {
        File.WriteAllText(_logs["x1.log"], "one");
        File.WriteAllText(_logs["y1.log"], "not asked for");
        Directory.CreateDirectory(_logs["x-dir/sub"]);
        File.WriteAllText(_logs["x-dir/sub/deep"], "deep");
        File.WriteAllText(_logs[".x-hidden"], "hidden");
        var pattern = _logs["x*"];

        var finished = _worker.Finish((BlockContext block) =>
        {
            block.Collect(pattern);
            block.Collect("/proc/self/stat?s"); // a file of the kernel's says that it is empty
            throw new FormatException("the verdict");
        });

        Assert.Equal((WireOutcome.OutcomeFail, "System.FormatException: the verdict"), (finished.Outcome, finished.Message));
        Assert.Empty(finished.Warnings);
        Assert.Equal(["x-dir/sub/deep", "x1.log"], Directory.GetFiles(Collected(""), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Collected(""), file)).Order(StringComparer.Ordinal));
        Assert.Equal("deep", File.ReadAllText(Collected("x-dir/sub/deep")));
        Assert.Contains("Pid:", File.ReadAllText(Path.Combine(_worker.Directory, "data/proc/self/status")), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_are_collected_when_the_block_is_stopped_and_after_its_commands_have_written_them()
    {
        var file = _logs["server.log"];
        Func<BlockContext, Task> served = async block =>
        {
            block.Collect(file);
            await using var server = await block.StartAsync($"log={file}; trap 'echo bye > $log; exit' TERM; echo up; while :; do sleep 0.02; done", Ready.Line("up"));
            await Task.Delay(Timeout.Infinite, block.Cancellation);
        };
        // The collection has nearly all of the grace: none would leave it a millisecond.
        var ordinal = _worker.Submit(new BlockSpec { Call = BlockDelegate.Describe(served, "Caller.cs", 7), GraceMs = 20_000 });
        SpinWait.SpinUntil(() => File.ReadAllText(_worker.OutputPath).EndsWith("up\n", StringComparison.Ordinal), TimeSpan.FromSeconds(20));
        _worker.Channel.Write(new ToWorker { Cancel = new CancelBlock { Ordinal = ordinal } });

        Assert.Equal(WireOutcome.OutcomeCancel, _worker.ReadFinished(ordinal)!.Outcome);
        Assert.Equal("bye\n", File.ReadAllText(Collected("server.log")));
    }

    [Fact]
    public void Links_are_recorded_and_nothing_but_files_is_opened()
    {
        File.WriteAllText(_logs["secret"], "secret");
        Directory.CreateDirectory(_logs["logs"]);
        File.CreateSymbolicLink(_logs["logs/link"], _logs["secret"]);
        Directory.CreateSymbolicLink(_logs["logs/linked"], _logs.Root);
        using (var mkfifo = Process.Start("mkfifo", [_logs["logs/fifo"]]))
            mkfifo.WaitForExit();
        var clock = Stopwatch.StartNew();
        var (logs, null_) = (_logs["logs"], "/dev/nul?");

        var finished = _worker.Finish((BlockContext block) =>
        {
            block.Collect(logs);
            block.Collect(null_);
        });

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
        Assert.Equal(WireOutcome.OutcomePass, finished.Outcome);
        Assert.Empty(finished.Warnings);
        var told = _worker.Messages.Where(message => message.Log is not null).Select(message => message.Log.Text).Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "'/dev/null' was not collected: it is a device.",
                $"'{logs}/fifo' was not collected: it is a FIFO.",
                $"'{logs}/link' was not collected: it is a symbolic link to '{_logs["secret"]}'.",
                $"'{logs}/linked' was not collected: it is a symbolic link to '{_logs.Root}'.",
            ],
            told);
        Assert.False(Directory.Exists(Path.Combine(_worker.Directory, "data")));
    }

    [Fact]
    public void What_cannot_be_collected_is_a_warning_and_the_verdict_stays()
    {
        File.WriteAllText(_logs["huge"], "");
        using (var huge = File.OpenWrite(_logs["huge"]))
            huge.SetLength((1L << 30) + 1);
        var (huge_, nothing) = (_logs["huge"], _logs["nothing-*"]);

        var finished = _worker.Finish((BlockContext block) =>
        {
            block.Collect(huge_);
            block.Collect(nothing);
            return 5;
        });

        Assert.Equal((WireOutcome.OutcomePass, false), (finished.Outcome, finished.Value.IsEmpty));
        Assert.Equal(
            [$"'{huge_}' was not collected: with its 1,073,741,825 bytes the block's files would exceed 1,073,741,824 bytes.", $"Nothing was there to be collected at '{nothing}'."],
            finished.Warnings);
    }

    private string Collected(string name) => Path.Combine(_worker.Directory, "data", _logs.Root.TrimStart('/'), name);
}
