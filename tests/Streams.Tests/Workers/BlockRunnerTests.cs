using System.Diagnostics;
using Streams.Blocks.Travel;
using Streams.Wire;

namespace Streams.Tests.Workers;

/// <summary>What a worker says about the blocks that it runs.</summary>
public class BlockRunnerTests
{
    [Fact]
    public void Hello_tells_token_worker_and_identity()
    {
        using var worker = new TestWorker();
        Assert.True(TestWorker.IsTokenOf(worker.Hello));
        Assert.Equal((1u, "w1", worker.ProcessId), (worker.Hello.Protocol, worker.Hello.Worker, worker.Hello.Pid));
        Assert.NotEqual(0ul, worker.Hello.StartTicks);
    }

    [Fact]
    public void Output_of_each_block_lies_between_its_offsets()
    {
        using var worker = new TestWorker();
        var first = worker.Finish(() => Console.Write("first"));
        var second = worker.Finish(async () =>
        {
            await Console.Error.WriteLineAsync("second");
            Console.Write("more");
        });
        Assert.Equal("first", worker.OutputOf(first));
        Assert.Equal("second\nmore", worker.OutputOf(second));
    }

    [Fact]
    public void Exceptions_are_told_with_type_message_stack_and_inner()
    {
        using var worker = new TestWorker();
        var failed = worker.Finish(Action () => throw new InvalidOperationException("outer", new FormatException("inner")));
        Assert.Equal((WireOutcome.OutcomeFail, WireReason.ReasonException, "System.InvalidOperationException: outer"), (failed.Outcome, failed.Reason, failed.Message));
        Assert.Equal("System.FormatException", Assert.Single(failed.Error.Inner).Type);
        Assert.Contains(nameof(Exceptions_are_told_with_type_message_stack_and_inner), failed.Error.StackTrace, StringComparison.Ordinal);

        var assertion = worker.Finish(() => Assert.Equal(1, int.Parse("2", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(WireReason.ReasonAssertion, assertion.Reason);
        Assert.True(assertion.Error.IsAssertion);
    }

    [Fact]
    public void Odd_exceptions_are_survived()
    {
        using var worker = new TestWorker();
        var broken = worker.Finish(Action () => throw new BrokenException());
        Assert.Equal("[its text could not be read: System.NotSupportedException]", broken.Error.Message);

        var huge = worker.Finish(Action () => throw new InvalidOperationException(new string('x', 10_000_000)));
        Assert.InRange(huge.Error.Message.Length, 60_000, WireLimits.MaxErrorText);
        Assert.EndsWith("more characters left out]", huge.Error.Message, StringComparison.Ordinal);

        var deep = worker.Finish(() =>
        {
            Exception exception = new FormatException("0");
            for (var i = 1; i < 100; i++)
                exception = new InvalidOperationException($"{i}", exception);
            throw exception;
        });
        var depth = 1;
        for (var error = deep.Error; error.Inner.Count > 0; error = error.Inner[0])
            depth++;
        Assert.Equal(WireLimits.MaxErrorDepth, depth);

        var circle = worker.Finish(() =>
        {
            var inner = new FormatException("inner");
            var outer = new InvalidOperationException("outer", inner);
            typeof(Exception).GetField("_innerException", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.SetValue(inner, outer);
            throw outer;
        });
        Assert.Equal("inner [its inner exception is the InvalidOperationException above again: a circle]", Assert.Single(circle.Error.Inner).Message);
        Assert.Empty(circle.Error.Inner[0].Inner);

        var several = worker.Finish(Task () => Task.WhenAll(Task.FromException(new FormatException("a")), Task.FromException(new FormatException("b"))));
        Assert.Equal("System.FormatException: a", several.Message);
        var aggregate = worker.Finish(Action () => throw new AggregateException(new AggregateException(new FormatException("only"))));
        Assert.Equal("System.FormatException: only", aggregate.Message);
        var lone = worker.Finish(Action () => throw new FormatException("x\ud800"));
        Assert.Equal("System.FormatException: x\ufffd", lone.Message);
    }

    [Fact]
    public void Log_and_whiteboard_arrive_before_the_end()
    {
        using var worker = new TestWorker();
        worker.Finish((BlockContext block) =>
        {
            block.Log("hello");
            block.Whiteboard = "50 %";
        });
        Assert.Equal(["Started", "Log", "Whiteboard", "Finished"], worker.Messages.Select(message => message.KindCase.ToString()));
        Assert.Equal(("hello", 2), (worker.Messages[1].Log.Text, worker.Messages[1].Log.Level));
        Assert.Equal("50 %", worker.Messages[2].Whiteboard.Text);
    }

    [Fact]
    public void Data_directory_is_made_on_first_use()
    {
        using var worker = new TestWorker();
        worker.Finish(() => { });
        Assert.False(Directory.Exists(worker.Directory));
        var path = worker.Result<string>((BlockContext block) => block.DataDirectory);
        Assert.Equal(Path.Combine(worker.Directory, "data"), path);
        Assert.True(Directory.Exists(path));
    }

    [Fact]
    public async Task Process_that_ends_itself_gives_no_final_message()
    {
        using var worker = new TestWorker();
        Assert.Null(worker.ReadFinished(worker.Submit(() => Environment.Exit(0))));
        await worker.ExitedAsync().DefaultTimeout();
        Assert.Equal(0, worker.ExitCode);
    }

    [Fact]
    public void Cancellation_reaches_the_block()
    {
        using var worker = new TestWorker();
        var ordinal = worker.Submit(async (BlockContext block) => await Task.Delay(Timeout.Infinite, block.Cancellation));
        worker.Channel.Write(new ToWorker { Cancel = new CancelBlock { Ordinal = ordinal } });
        Assert.Equal((WireOutcome.OutcomeCancel, WireReason.ReasonCancelled), Verdict(worker.ReadFinished(ordinal)!));
        Assert.Equal(WireOutcome.OutcomePass, worker.Finish(() => { }).Outcome);
    }

    [Fact]
    public void Block_cancelled_while_it_waits_starts_cancelled()
    {
        using var worker = new TestWorker();
        var path = Path.Combine(Path.GetDirectoryName(worker.OutputPath)!, "go");
        var first = worker.Submit(async () =>
        {
            while (!File.Exists(path))
                await Task.Delay(5);
        });
        var second = worker.Submit((BlockContext block) => block.Cancellation.IsCancellationRequested);
        worker.Channel.Write(new ToWorker { Cancel = new CancelBlock { Ordinal = second } });
        File.WriteAllText(path, "");
        Assert.Equal(WireOutcome.OutcomePass, worker.ReadFinished(first)!.Outcome);
        var finished = worker.ReadFinished(second)!;
        Assert.True((bool)Streams.Blocks.Values.ValueReader.Read(finished.Value.Memory, typeof(bool), Streams.Blocks.Values.ValueUse.Result)!);
    }

    [Fact]
    public async Task Worker_exits_when_its_controller_is_gone()
    {
        using var worker = new TestWorker();
        worker.Submit(() => new ManualResetEventSlim().Wait());
        worker.Disconnect();
        await worker.ExitedAsync().DefaultTimeout();
        Assert.Equal(0, worker.ExitCode);
    }

    [Fact]
    public void Another_build_is_refused_by_name()
    {
        using var worker = new TestWorker();
        var call = BlockDelegate.Describe(() => { }, "F.cs", 1).Clone();
        call.Method.DeclaringType.ModuleVersion = Google.Protobuf.ByteString.CopyFrom(new byte[16]);
        var finished = worker.ReadFinished(worker.Submit(new BlockSpec { Call = call }))!;
        Assert.Contains("this process has another build of Streams.Tests", finished.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Leftovers_are_possible_only_after_something_was_started()
    {
        using var worker = new TestWorker();
        Assert.True(worker.Finish(() => { using var left = Process.Start("sleep", "1"); }).LeftoversPossible);
        Assert.True(worker.Finish(new CommandLine { Shell = "setsid sleep 1 >/dev/null 2>&1 &" }).LeftoversPossible);
    }

    [Fact]
    public void Block_runs_without_a_synchronization_context()
    {
        using var worker = new TestWorker();
        Assert.True(worker.Result<bool>(() => SynchronizationContext.Current is null && !Thread.CurrentThread.IsThreadPoolThread));
    }

    private static (WireOutcome, WireReason) Verdict(BlockFinished finished) => (finished.Outcome, finished.Reason);

    private sealed class BrokenException : Exception
    {
        public override string Message => throw new NotSupportedException();

        public override string ToString() => throw new NotSupportedException();
    }
}
