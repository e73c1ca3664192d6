using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using System.Text;
using Streams.Blocks.Verdicts;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Workers;

/// <summary>
/// Finds out where a block is that was asked to stop and does not. Just before its worker is ended, as it will be, the
/// block's thread is interrupted or aborted for its stack: that is not safe for what goes on running, but nothing does.
/// </summary>
internal sealed class HangWatch : IDisposable
{
    private static readonly TimeSpan LongestMargin = TimeSpan.FromSeconds(1.5);

    /// <summary>The watch of the running block, whose thread is the only one that sets it.</summary>
    [ThreadStatic]
    private static HangWatch? _current;

    private readonly BlockSpec _specification;
    private readonly bool _ownsProcess;
    private readonly ManualResetEventSlim _over = new();
    private readonly ManualResetEventSlim _stackTaken = new();
    private readonly CancellationTokenSource _abort = new();
    private int _begun;
    private Thread? _blockThread;
    private volatile bool _aborted;
    private volatile string _stack = "";

    /// <summary>What the block's thread awaits; null: it runs code of its own.</summary>
    private volatile Task? _awaited;

    /// <summary>Watches one block.</summary>
    /// <param name="specification">The block.</param>
    /// <param name="ownsProcess">False in the test's own process, which goes on: nothing is aborted there.</param>
    public HangWatch(BlockSpec specification, bool ownsProcess) => (_specification, _ownsProcess) = (specification, ownsProcess);

    /// <summary>Tells the watch of this thread's block what the thread waits for from here on.</summary>
    public static void Awaits(Task task)
    {
        if (_current is { } watch)
            watch._awaited = task;
    }

    /// <summary>What tells the watch of this thread's block that the block has entered its tear-down, which has a time of its own.</summary>
    public static Action? OnTearDown() => _current is { } watch ? watch._over.Set : null;

    /// <summary>Runs the block on this thread. Does not return when the block had to be aborted: its worker is about to be ended.</summary>
    public void Run(Action block)
    {
        _current = this;
        _blockThread = Thread.CurrentThread;
        try
        {
            // The part that clears up has a time of its own, and must not be taken for one that hangs.
            if (!_ownsProcess || _specification.WorkCase == BlockSpec.WorkOneofCase.Instance)
            {
                block();
                return;
            }

#pragma warning disable SYSLIB0046 // Unsafe for a process that is to go on; this one is not.
            ControlledExecution.Run(block, _abort.Token);
#pragma warning restore SYSLIB0046
        }
        catch (OperationCanceledException) when (_aborted)
        {
            // The verdict is that it did not stop.
        }
        finally
        {
            _current = null;
        }

        if (_aborted)
            new ManualResetEvent(initialState: false).WaitOne();
    }

    /// <summary>The block was asked to stop. Its grace begins.</summary>
    public void Begin()
    {
        if (_ownsProcess && Interlocked.Exchange(ref _begun, 1) == 0 && _specification.GraceMs > 0)
            new Thread(Watch) { IsBackground = true, Name = "Streams hang watch" }.Start();
    }

    /// <summary>The block has ended by itself.</summary>
    public void Dispose() => _over.Set();

    private void Watch()
    {
        var began = Stopwatch.GetTimestamp();
        var grace = TimeSpan.FromMilliseconds(_specification.GraceMs);
        var margin = grace / 3 < LongestMargin ? grace / 3 : LongestMargin;
        if (_over.Wait(grace - margin))
            return;
        var report = new StringBuilder(string.Create(
            CultureInfo.InvariantCulture, $"{LastWords.Hang}, {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s after it was asked to stop:\n"));
        // Before the abort changes what they do.
        var threads = ThreadTable.Describe(Environment.ProcessId);
        AppendBlockThread(report, margin * 0.8);
        foreach (var thread in threads)
            report.Append("  ").Append(thread).Append('\n');
        report.Append(LastWords.HangEnd).Append('\n');
        var bytes = Encoding.UTF8.GetBytes(report.ToString());
        NativeMethods.TryWriteAll(2, bytes);
        Keep(bytes);
    }

    private void AppendBlockThread(StringBuilder report, TimeSpan limit)
    {
        var awaited = _awaited;
        if (awaited is not null)
        {
            foreach (var line in AsyncChain.Describe(awaited))
                report.Append("   ").Append(line).Append('\n');
        }
        else if (_specification.WorkCase != BlockSpec.WorkOneofCase.Instance && TakeStack(limit) is { Length: > 0 } stack)
        {
            report.Append(stack);
        }
        else
        {
            report.Append("   its thread is in native code, or cannot be stopped: no stack of it can be had\n");
        }
    }

    private string TakeStack(TimeSpan limit)
    {
        AppDomain.CurrentDomain.FirstChanceException += Note;
        try
        {
            _aborted = true;
            _blockThread!.Interrupt(); // a thread that waits, sleeps, or wants a lock
            _ = Task.Factory.StartNew(_abort.Cancel, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default); // one that runs; returns when it was aborted, if ever
            _stackTaken.Wait(limit);
            return _stack;
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Note;
        }
    }

    /// <summary>On the block's own thread, where it was interrupted or aborted: its whole stack is still there.</summary>
    private void Note(object? sender, System.Runtime.ExceptionServices.FirstChanceExceptionEventArgs happened)
    {
        if (Thread.CurrentThread != _blockThread || _stackTaken.IsSet)
            return;
        var frames = new StackTrace(fNeedFileInfo: true).ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(frame => !DeathEvidence.IsOurFrame(frame));
        _stack = string.Join('\n', frames) + "\n";
        _stackTaken.Set();
    }

    private void Keep(byte[] report)
    {
        try
        {
            Directory.CreateDirectory(_specification.Directory);
            File.WriteAllBytes(Path.Combine(_specification.Directory, "hang.txt"), report);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // It stands in the output as well.
        }
    }
}
