using System.Runtime.CompilerServices;
using Streams.Blocks;
using Streams.Blocks.Parameters;
using Streams.Blocks.References;
using Streams.Blocks.Travel;
using Streams.Scheduling;
using Streams.Wire;

namespace Streams;

public sealed partial class ExecutionStream
{
    /// <summary>
    /// Gives the stream a command line or a reference to a block to run in the background, and returns at once. White space or a
    /// slash make a string a command line for the stream's <c>sh</c>; one bare word is a reference, which
    /// <see cref="StreamCollectionOptions.BlockResolver"/> resolves at once; <c>exec:</c> and <c>block:</c> say it outright.
    /// </summary>
    /// <param name="text"><c>"tar -xf a.tar"</c>, <c>"exec:uptime"</c>; <c>"NetServer"</c>, <c>"MyTests!NetServer"</c>.</param>
    /// <param name="options">Name, limits, parameters, and whether failure is allowed; defaults otherwise.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The block's handle. For a command, <see cref="BlockResult.Command"/> of its result has exit code and output.</returns>
    /// <exception cref="ArgumentException">
    /// The command is empty or holds a NUL; or the reference names no block (the message has the nearest), or several.
    /// </exception>
    /// <exception cref="BlockNotSendableException">The block cannot travel.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public BlockRun<BlockResult> RunBg(string text, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var decision = StringDecision.Of(text);
        return decision.IsReference
            ? QueueFound(ReferenceLookup.One(_collection.Options.BlockResolver, decision.Text, ParametersOf(options)), decision, options, file, line)
            : QueueLine(decision, options, file, line);
    }

    /// <summary>Gives the stream a command line or a reference to a block, and waits until it has run. Blocks that were given before it run first.</summary>
    /// <inheritdoc cref="RunBg(string, BlockOptions?, string, int)"/>
    /// <param name="text"><c>"tar -xf a.tar"</c>, <c>"exec:uptime"</c>; <c>"NetServer"</c>, <c>"MyTests!NetServer"</c>.</param>
    /// <param name="options">Name, limits, parameters, and whether failure is allowed; defaults otherwise.</param>
    /// <param name="cancellationToken">Stops the block, as <see cref="BlockRun.StopAsync"/> does.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>What became of the block; for a command with its exit code and output.</returns>
    /// <exception cref="BlockFailedException">The block failed, or the command did, and failure is not allowed.</exception>
    /// <exception cref="OperationCanceledException">The block was stopped.</exception>
    public Task<BlockResult> RunFgAsync(string text, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().RunBg(text, options, file, line), cancellationToken);

    /// <summary>
    /// Gives the stream all blocks that a reference names to run in the background, one after another: block types and methods in
    /// the order of their assemblies' names, and within one as they are declared.
    /// </summary>
    /// <param name="reference">The reference, with or without <c>block:</c>.</param>
    /// <param name="options">For each of the blocks.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The blocks' handles, in the order in which they run.</returns>
    /// <exception cref="ArgumentException">The reference names no block; the message has the nearest. Nothing was started.</exception>
    /// <exception cref="BlockNotSendableException">One of the blocks cannot travel. Nothing was started.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public IReadOnlyList<BlockRun<BlockResult>> RunAllBg(string reference, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var decision = StringDecision.OfReference(reference);
        var found = ReferenceLookup.All(_collection.Options.BlockResolver, decision.Text, ParametersOf(options));
        var prepared = found.Select(block => (block, Specification: SpecificationOf(block, options, file, line))).ToList();
        return [.. prepared.Select(pair => QueueFound(pair.block, pair.Specification, decision, options, file, line))];
    }

    /// <summary>Gives the stream all blocks that a reference names, and waits until all of them have run, also if one fails.</summary>
    /// <inheritdoc cref="RunAllBg(string, BlockOptions?, string, int)"/>
    /// <param name="reference">The reference, with or without <c>block:</c>.</param>
    /// <param name="options">For each of the blocks.</param>
    /// <param name="cancellationToken">Stops those that have not finished.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The blocks' results, in the order in which they ran.</returns>
    /// <exception cref="BlockFailedException">Blocks failed: one exception for all of them.</exception>
    /// <exception cref="OperationCanceledException">The blocks were stopped.</exception>
    public async Task<IReadOnlyList<BlockResult>> RunAllFgAsync(string reference, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var runs = OfTest().RunAllBg(reference, options, file, line);
        using var registration = cancellationToken.UnsafeRegister(
            static state =>
            {
                foreach (var run in (IReadOnlyList<BlockRun<BlockResult>>)state!)
                    run.RequestStop();
            },
            runs);
        var results = await Task.WhenAll(runs.Select(run => run.Completion)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var failures = results.Where(result => result.IsFailure).ToList();
        return failures.Count == 0 ? results : throw _collection.Failure(failures);
    }

    private static BlockParameters ParametersOf(BlockOptions? options) =>
        options?.Parameters is { } given ? new BlockParameters(ParameterBinding.ByName(given)) : BlockParameters.Empty;

    private BlockRun<BlockResult> QueueLine(StringDecision decision, BlockOptions? options, string file, int line)
    {
        var specification = NewSpecification(options, file, line);
        specification.Command = Complete(CommandText.Shell(decision.Text), options);
        var work = new QueuedWork(BlockNames.Of(specification.Command), GivenText.Of($"{decision.Text}: {decision.Why}"), BlockValues.CommandReader(decision.Text));
        return Queue(specification, work, options, Source(file, line), static queued => new BlockRun<BlockResult>(queued));
    }

    private BlockRun<BlockResult> QueueFound(FoundBlock found, StringDecision decision, BlockOptions? options, string file, int line) =>
        QueueFound(found, SpecificationOf(found, options, file, line), decision, options, file, line);

    private BlockRun<BlockResult> QueueFound(FoundBlock found, BlockSpec specification, StringDecision decision, BlockOptions? options, string file, int line)
    {
        var instance = found.Block is { } block ? $": {GivenText.Of(block)}" : "";
        var work = new QueuedWork(BlockNames.Of(found), GivenText.Of($"{decision.Text} names {decision.Why}: {found.Name}{instance}"), null);
        return Queue(specification, work, options, Source(file, line), static queued => new BlockRun<BlockResult>(queued));
    }

    private BlockSpec SpecificationOf(FoundBlock found, BlockOptions? options, string file, int line)
    {
        var specification = NewSpecification(options, file, line);
        if (found.Block is { } block)
            specification.Instance = BlockInstances.Describe(block, file, line);
        else
            specification.Call = BlockDelegate.Describe(found.Method!, file, line);
        return specification;
    }
}
