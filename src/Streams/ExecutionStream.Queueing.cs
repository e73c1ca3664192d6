using System.Globalization;
using Streams.Blocks;
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
        var specification = NewSpecification(options);
        specification.Call = call;
        return Queue(specification, options, options?.Name ?? BlockNames.Of(block, call), Source(file, line), readValue: null, static queued => new BlockRun(queued));
    }

    private BlockRun<T> QueueCall<T>(Delegate block, BlockOptions? options, string file, int line)
    {
        ArgumentNullException.ThrowIfNull(block);
        var call = BlockDelegate.Describe(block, file, line);
        var specification = NewSpecification(options);
        specification.Call = call;
        return Queue(specification, options, options?.Name ?? BlockNames.Of(block, call), Source(file, line), BlockValues.Reader<T>(), static queued => new BlockRun<T>(queued));
    }

    private BlockRun<CommandResult> QueueCommand(CommandLine command, BlockOptions? options, string file, int line)
    {
        command.AllowFailure = options?.AllowFailure ?? false;
        var specification = NewSpecification(options);
        specification.Command = command;
        return Queue(specification, options, options?.Name ?? BlockNames.Of(command), Source(file, line), BlockValues.CommandReader(CommandText.Show(command)), static queued => new BlockRun<CommandResult>(queued));
    }

    private BlockSpec NewSpecification(BlockOptions? options) => new()
    {
        Host = Host.ToString(),
        TimeLimitMs = Milliseconds(options?.TimeLimit ?? Options.TimeLimit ?? _collection.Options.BlockTimeLimit),
        GraceMs = Milliseconds(_collection.Options.Grace),
        Environment = { Options.Environment.ToDictionary() },
        Requirements = { options?.Requires.Select(requirement => requirement.Wire) ?? [] },
        FreshProcess = options?.FreshProcess ?? false,
    };

    /// <summary>Numbers, remembers and queues the block. One lock over all of it, so that ordinals, record and queue agree.</summary>
    private TRun Queue<TRun>(BlockSpec specification, BlockOptions? options, string name, string source, Func<BlockVerdict, object?>? readValue, Func<QueuedBlock, TRun> makeRun)
        where TRun : BlockRun
    {
        lock (_gate)
        {
            ThrowIfPointless();
            var block = _collection.NewBlock(this, specification, name, source, readValue, isBackground: options?.IsBackground ?? false);
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
}
