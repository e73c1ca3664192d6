using System.Globalization;
using Streams.Blocks;
using Streams.Blocks.Parameters;
using Streams.Blocks.Travel;
using Streams.Execution;
using Streams.Scheduling;
using Streams.Wire;

namespace Streams;

public sealed partial class ExecutionStream
{
    private BlockRun QueueCall(Delegate block, BlockOptions? options, string file, int line)
    {
        ArgumentNullException.ThrowIfNull(block);
        var call = BlockDelegate.Describe(block, file, line);
        var specification = NewSpecification(options, file, line);
        specification.Call = call;
        return Queue(specification, new QueuedWork(BlockNames.Of(block, call), "", null), options, Source(file, line), static queued => new BlockRun(queued));
    }

    private BlockRun<T> QueueCall<T>(Delegate block, BlockOptions? options, string file, int line)
    {
        ArgumentNullException.ThrowIfNull(block);
        var call = BlockDelegate.Describe(block, file, line);
        var specification = NewSpecification(options, file, line);
        specification.Call = call;
        return Queue(specification, new QueuedWork(BlockNames.Of(block, call), "", BlockValues.Reader<T>()), options, Source(file, line), static queued => new BlockRun<T>(queued));
    }

    private BlockRun<CommandResult> QueueCommand(CommandLine command, BlockOptions? options, string file, int line)
    {
        var specification = NewSpecification(options, file, line);
        specification.Command = Complete(command, options);
        return Queue(specification, new QueuedWork(BlockNames.Of(command), "", BlockValues.CommandReader(CommandText.Show(command))), options, Source(file, line), static queued => new BlockRun<CommandResult>(queued));
    }

    private static CommandLine Complete(CommandLine command, BlockOptions? options)
    {
        command.AllowFailure = options?.AllowFailure ?? false;
        command.StandardInput = options?.StandardInput?.Bytes ?? Google.Protobuf.ByteString.Empty;
        return command;
    }

    private BlockSpec NewSpecification(BlockOptions? options, string file, int line) => new()
    {
        Host = Host.ToString(),
        TimeLimitMs = Milliseconds(options?.TimeLimit ?? Options.TimeLimit ?? _collection.Options.BlockTimeLimit),
        GraceMs = Milliseconds(_collection.Options.Grace),
        Environment = { Options.Environment.ToDictionary() },
        Requirements = { options?.Requires.Select(requirement => requirement.Wire) ?? [] },
        FreshProcess = options?.FreshProcess ?? false,
        Parameters = BlockInstances.Parameters(options?.Parameters, file, line),
        SetUpLimitMs = options?.SetUpLimit is { } setUp ? Milliseconds(setUp) : 0,
        TearDownLimitMs = options?.TearDownLimit is { } tearDown ? tearDown == Timeout.InfiniteTimeSpan ? -1 : Milliseconds(tearDown) : 0,
    };

    /// <summary>Numbers, remembers and queues the block. One lock over all of it, so that ordinals, record and queue agree.</summary>
    private TRun Queue<TRun>(BlockSpec specification, QueuedWork work, BlockOptions? options, string source, Func<QueuedBlock, TRun> makeRun)
        where TRun : BlockRun
    {
        var given = GivenText.Given(work.Text, options?.Parameters);
        lock (_gate)
        {
            ThrowIfPointless();
            var block = _collection.NewBlock(this, specification, options?.Name ?? work.Name, source, work.ReadValue, given, options);
            var run = makeRun(block);
            block.Run = run;
            _runs.Add(run);
            using (FlowSuppression.Begin())
                _queue.Enqueue(block);
            return run;
        }
    }

    /// <summary>A block that could never run is refused at the call.</summary>
    private void ThrowIfPointless()
    {
        if (_isStopped)
            throw new InvalidOperationException($"Stream '{Name}' was stopped; add another stream.");
        if (_runs.Find(run => run is { Result: null, StopRequested: false, Block.IsBackground: true }) is { } background)
            throw new InvalidOperationException($"Stream '{Name}' runs the background block {background.Name} until that is stopped; stop it first, or give the block to another stream.");
    }

    private static string Source(string file, int line) => string.Create(CultureInfo.InvariantCulture, $"{file}:{line}");

    private static long Milliseconds(TimeSpan limit) =>
        limit == Timeout.InfiniteTimeSpan ? 0 : Math.Max(1, (long)limit.TotalMilliseconds);

    private static async Task ForegroundAsync(BlockRun run, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(static state => ((BlockRun)state!).RequestStop(), run);
        await run.Completion.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        run.Block.ThrowIfNotPassed();
    }

    private static async Task<T> ForegroundAsync<T>(BlockRun<T> run, CancellationToken cancellationToken)
    {
        await ForegroundAsync((BlockRun)run, cancellationToken).ConfigureAwait(false);
        return run.Block.Value<T>();
    }

    /// <summary>What is queued: its name, if its author gives none; what it is given, for people; how its value is read, if it has one.</summary>
    private readonly record struct QueuedWork(string Name, string Text, Func<BlockVerdict, object?>? ReadValue);
}
