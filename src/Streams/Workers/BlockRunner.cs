using System.Net.Sockets;
using Streams.Blocks;
using Streams.Processes;
using Streams.Supervision;
using Streams.Wire;

namespace Streams.Workers;

/// <summary>
/// The worker's life: connects, says hello, runs blocks one at a time on a thread of its own while this thread reads, and
/// ends when the other side is gone.
/// </summary>
internal sealed class BlockRunner : IDisposable
{
    /// <summary>What <see cref="Run(string, string, string)"/> returns when the controller ended without a word; no exit code.</summary>
    public const int ControllerGone = -1;

    private readonly FramedStream _controller;

    /// <summary>Null in the test's own process: its output is not ours to divide ...</summary>
    private readonly OutputOffsets? _output;

    /// <summary>... nor its processes to sweep ...</summary>
    private readonly LeftoverCheck? _leftovers;

    /// <summary>... nor its environment to put back.</summary>
    private readonly Surroundings? _surroundings;

    private readonly WorkerMemory _memory = new();
    private readonly ExecutionContext _context = ExecutionContext.Capture()!;
    private readonly Dictionary<MethodIdentity, ResolvedBlock> _known = [];
    private readonly Lock _gate = new();
    private readonly Queue<BlockSpec> _waiting = new();

    /// <summary>Set when a block waits. Not a SemaphoreSlim: its spinning would take the processor that the reader needs.</summary>
    private readonly AutoResetEvent _arrived = new(false);

    /// <summary>The running block's; guarded by <see cref="_gate"/>.</summary>
    private (uint Ordinal, CancellationTokenSource Source, HangWatch Watch)? _running;

    /// <summary>The last block may have left processes, which its supervisor has ended. Of the blocks' thread alone.</summary>
    private bool _hasLeftovers;

    /// <summary>Blocks to be cancelled as soon as they start. Guarded by <see cref="_gate"/>.</summary>
    private readonly HashSet<uint> _cancelled = [];

    /// <summary>The directory of the worker's own socket: closed to others, and removed by whoever made it.</summary>
    private readonly string? _privateDirectory;

    /// <summary>Whether this is a thread of the test's own process.</summary>
    private readonly bool _isInProcess;

    private volatile bool _ending;

    private BlockRunner(Stream stream, string? privateDirectory, bool isInProcess)
    {
        _controller = new FramedStream(stream);
        _privateDirectory = privateDirectory;
        _isInProcess = isInProcess;
        if (!isInProcess)
            (_output, _leftovers, _surroundings) = (new OutputOffsets(), new LeftoverCheck(), new Surroundings());
    }

    /// <summary>Returns when the controller is gone or says so: the exit code.</summary>
    public static int Run(string socketPath, string worker, string token) =>
        Run(socketPath, Path.GetDirectoryName(socketPath), worker, token, isInProcess: false);

    /// <summary>The same for a stream in the test's own process. Throws nothing.</summary>
    public static void RunInProcess(string socketPath, string privateDirectory, string worker, string token) =>
        Run(socketPath, privateDirectory, worker, token, isInProcess: true);

    private static int Run(string socketPath, string? privateDirectory, string worker, string token, bool isInProcess)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(socketPath));
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            Console.Error.WriteLine($"Worker {worker}: nobody listens at {socketPath}: {exception.Message}");
            return 1;
        }

        Failpoint.Hit(Failpoints.WorkerConnected);
        using var runner = new BlockRunner(new NetworkStream(socket, ownsSocket: true), privateDirectory, isInProcess);
        if (!isInProcess)
            WorkerEnding.Watch(() => socket.Dispose());
        return runner.Run(worker, token);
    }

    public void Dispose()
    {
        _controller.Dispose();
        _output?.Dispose();
        _leftovers?.Dispose();
        _arrived.Dispose();
    }

    private int Run(string worker, string token)
    {
        try
        {
            var identity = ProcessIdentity.OfThisProcess;
            _controller.Write(new FromWorker
            {
                Hello = new Hello { Protocol = WireLimits.Protocol, Token = token, Worker = worker, Pid = identity.ProcessId, StartTicks = identity.StartTicks },
            });
            Failpoint.Hit(Failpoints.WorkerHelloSaid);
            new Thread(RunBlocks) { IsBackground = true, Name = "Streams block" }.Start();
            while (_controller.Read(ToWorker.Parser) is { } message)
            {
                if (!Handle(message))
                    return 0;
            }

            Failpoint.Hit(Failpoints.WorkerControllerGone);
            return ControllerGone;
        }
        catch (FrameException exception)
        {
            Console.Error.WriteLine($"Worker {worker}: {exception.Message}");
            return 2;
        }
        catch (IOException)
        {
            // The controller died with data on the way: the same as its end.
            return ControllerGone;
        }
        finally
        {
            _ending = true;
            _arrived.Set();
        }
    }

    private bool Handle(ToWorker message)
    {
        switch (message.KindCase)
        {
            case ToWorker.KindOneofCase.Welcome when message.Welcome.Protocol != WireLimits.Protocol:
                throw new FrameException($"the controller speaks protocol {message.Welcome.Protocol}, this worker {WireLimits.Protocol}");
            case ToWorker.KindOneofCase.Run:
                Failpoint.Hit(Failpoints.WorkerBlockReceived);
                lock (_gate)
                    _waiting.Enqueue(message.Run.Spec);
                _arrived.Set();
                return true;
            case ToWorker.KindOneofCase.Cancel:
                Cancel(message.Cancel.Ordinal);
                return true;
            default:
                return message.KindCase != ToWorker.KindOneofCase.Shutdown;
        }
    }

    private void Cancel(uint ordinal)
    {
        Failpoint.Hit(Failpoints.WorkerCancelReceived);
        CancellationTokenSource? source = null;
        lock (_gate)
        {
            if (_running is { } running && running.Ordinal == ordinal)
            {
                source = running.Source;
                running.Watch.Begin();
            }
            else
            {
                _cancelled.Add(ordinal);
            }
        }

        // Not on this thread: the author's callbacks run inside.
        if (source is not null)
            _ = source.CancelAsync();
    }

    private void RunBlocks()
    {
        try
        {
            if (_isInProcess || _arrived.WaitOne(WarmUp.IdleAfter))
                _arrived.Set();
            else
                WarmUp.Run();
            while (!_ending)
            {
                _arrived.WaitOne();
                while (Next() is { } specification)
                    RunBlock(specification);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The controller is gone; the reading thread ends the worker.
        }
        catch (Exception exception) when (_isInProcess)
        {
            // A worker would die of it and be named; the test's process must live.
            Console.Error.WriteLine($"A stream in the test's own process ended: {exception}");
            _controller.Dispose();
        }
    }

    private BlockSpec? Next()
    {
        lock (_gate)
            return _waiting.TryDequeue(out var specification) ? specification : null;
    }

    private void RunBlock(BlockSpec specification)
    {
        var ordinal = specification.Id?.Ordinal ?? 0;
        var cancellation = new CancellationTokenSource();
        using var watch = new HangWatch(specification, ownsProcess: !_isInProcess);
        var cancelled = false;
        lock (_gate)
        {
            _running = (ordinal, cancellation, watch);
            cancelled = _cancelled.Remove(ordinal);
        }

        if (cancelled)
        {
            cancellation.Cancel();
            watch.Begin();
        }

        if (_hasLeftovers && !_isInProcess)
            WorkerStartup.ReapLeftovers();
        _hasLeftovers = false;
        foreach (var (name, value) in specification.Environment)
            Environment.SetEnvironmentVariable(name, value);
        var lastNumber = _leftovers?.LastNumber() ?? 0;
        if (specification.Requirements.Count > 0 && RequirementCheck.WhySkipped(specification, cancellation.Token) is { } skipped)
        {
            skipped.Ordinal = ordinal;
            End(skipped, lastNumber);
            return;
        }

        _controller.Write(new FromWorker { Started = new BlockStarted { Ordinal = ordinal, OutputOffset = _output?.Offset() ?? 0 } });
        var channel = new BlockChannel(_controller, ordinal, _privateDirectory, _isInProcess);
        var context = new BlockContext(specification, channel, cancellation.Token, _memory);
        Failpoint.Hit(Failpoints.WorkerBlockStarted);
        var finished = new BlockFinished();
        watch.Run(() => finished = Run(new BlockExecution(specification, _known, context, cancellation.Token), context));
        NestedEnd.Close(context, finished);
        Close(context, finished);
        if (_surroundings?.Restore() is { } changed)
            channel.Log(Microsoft.Extensions.Logging.LogLevel.Information, $"put back for the next block: {changed}");
        channel.End();
        End(finished, lastNumber);
    }

    private void End(BlockFinished finished, int lastNumber)
    {
        lock (_gate)
            _running = null;
        WorkerEnding.Leave();
        Failpoint.Hit(Failpoints.WorkerBlockEnded);
        finished.OutputOffset = _output?.Offset() ?? 0;
        finished.LeftoversPossible = _hasLeftovers = _leftovers?.Possible(lastNumber) ?? false;
        finished.Kept.Add(_memory.Kept());
        Finish(finished);
        Failpoint.Hit(Failpoints.WorkerFinalSent);
    }

    /// <summary>
    /// What a block sets for its thread and those that come from it (culture, values of AsyncLocal) is gone with it.
    /// </summary>
    private BlockFinished Run(BlockExecution execution, BlockContext block)
    {
        BlockFinished? finished = null;
        ExecutionContext.Run(
            _context,
            _ =>
            {
                WorkerEnding.Enter(block.Name);
                CurrentBlock.Enter(block, ownsProcess: !_isInProcess);
                finished = execution.Run();
            },
            null);
        return finished!;
    }

    private static void Close(BlockContext context, BlockFinished finished)
    {
        try
        {
            var notes = context.CloseAsync().AsTask().GetAwaiter().GetResult();
            var warnings = context.Warnings;
            finished.Warnings.Add(warnings);
            finished.Warnings.Add(notes);
            if (warnings.Count > 0 && finished.Outcome == WireOutcome.OutcomePass)
                finished.Outcome = WireOutcome.OutcomeWarn;
        }
        catch (Exception exception)
        {
            // The block has its verdict; that something of it closed badly is worth a word, no more.
            finished.Warnings.Add($"what the block had opened did not close: {exception.Message}");
        }
    }

    private void Finish(BlockFinished finished)
    {
        try
        {
            _controller.Write(new FromWorker { Finished = finished });
        }
        catch (FrameException exception)
        {
            var smaller = new BlockFinished
            {
                Ordinal = finished.Ordinal,
                Outcome = WireOutcome.OutcomeFail,
                Reason = finished.Outcome is WireOutcome.OutcomePass ? WireReason.ReasonResultNotSendable : finished.Reason,
                Message = $"{(finished.Outcome is WireOutcome.OutcomePass ? "The block itself passed, but" : finished.Message)} its final message could not be sent: {exception.Message}",
                OutputOffset = finished.OutputOffset,
                ElapsedUs = finished.ElapsedUs,
                LeftoversPossible = finished.LeftoversPossible,
                Kept = { finished.Kept },
                FailedPart = finished.FailedPart,
                PartAbandoned = finished.PartAbandoned,
            };
            _controller.Write(new FromWorker { Finished = smaller });
        }
    }
}
