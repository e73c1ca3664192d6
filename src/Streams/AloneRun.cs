using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Streams.Blocks;
using Streams.Blocks.Parts;
using Streams.Blocks.Travel;
using Streams.Sync;
using Streams.Wire;

namespace Streams;

/// <summary>One block without a stream, in this process: the only party of a sync server of its own.</summary>
internal sealed class AloneRun(IBlock block, Action<string>? log, BlockOptions options) : IBlockChannel
{
    private const string Stream = "alone";

    private readonly string _name = $"1-{options.Name ?? BlockNames.Of(block)}";
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"streams-alone-{Guid.NewGuid():N}");

    public string? PrivateDirectory => null;

    public async Task RunAsync(Func<BlockContext, Task> run, CancellationToken cancellationToken)
    {
        var server = await SyncServer.StartAsync(cancellationToken: CancellationToken.None).ConfigureAwait(false);
        await using var ends = server.ConfigureAwait(false);
        var specification = Specification(server);
        server.DeclareParty(new SyncParty { Name = specification.Sync.Party, Host = specification.Host, Block = _name, State = "running, alone" });
        server.Seal();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (specification.TimeLimitMs > 0)
            stop.CancelAfter(TimeSpan.FromMilliseconds(specification.TimeLimitMs));
        var context = new BlockContext(specification, this, stop.Token);
        var limits = new PartLimits(options.SetUpLimit ?? Timeout.InfiniteTimeSpan, EndBudget.TearDownLimit(specification), TimeSpan.FromMilliseconds(specification.GraceMs));
        try
        {
            var end = await new PartSequence(context, limits).RunAsync(block, run, stop.Token).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            ThrowFor(end, specification);
            TidyUp();
        }
        finally
        {
            await context.CloseAsync().ConfigureAwait(false);
        }
    }

    public void Log(LogLevel level, string text) => log?.Invoke($"{_name} | {text}");

    public void Whiteboard(string text) => log?.Invoke($"{_name} whiteboard: {text}");

    public void Measure(string name, double value, string unit) => log?.Invoke(FormattableString.Invariant($"{_name} measured {name}: {value} {unit}"));

    public void EnterPart(WirePart part)
    {
    }

    public void SharesSync()
    {
    }

    private BlockSpec Specification(SyncServer server)
    {
        var defaults = new StreamCollectionOptions();
        var limit = options.TimeLimit ?? defaults.BlockTimeLimit;
        return new BlockSpec
        {
            Id = new BlockId { Stream = Stream, Ordinal = 1 },
            Name = _name,
            Host = "localhost",
            Directory = _directory,
            Sync = new SyncEndpoint { Address = server.Address, Token = server.Token, Party = $"{Stream}/{_name}" },
            TimeLimitMs = limit == Timeout.InfiniteTimeSpan ? 0 : (long)limit.TotalMilliseconds,
            GraceMs = (long)defaults.Grace.TotalMilliseconds,
            TearDownLimitMs = options.TearDownLimit is { } tearDown ? (long)tearDown.TotalMilliseconds : 0,
            Parameters = BlockInstances.Parameters(options.Parameters, "", 0),
        };
    }

    private void ThrowFor(PartsEnd end, BlockSpec specification)
    {
        var error = end switch
        {
            { FailedPart: null } => null,
            { LimitPassed: BlockPart.SetUp } => new TimeoutException("The block's set-up ran into its limit.", end.Error),
            { IsStopped: true } or { IsAbandoned: true, Error: null } => new TimeoutException(
                $"The block ran into its time limit of {specification.TimeLimitMs / 1000.0:0.###} s{(end.IsAbandoned ? "; it did not stop when it was asked to, and still runs in this process" : "")}.", end.Error),
            _ => end.Error,
        };
        if (error is BarrierBrokenException)
            log?.Invoke($"{_name} runs alone here: nobody else can come to a barrier.");
        if (error is not null && end.TearDownError is { } second)
            throw new AggregateException("The block failed, and so did its tear-down. First the block's exception, then the tear-down's.", error, second);
        if (error is not null)
            ExceptionDispatchInfo.Throw(error);
    }

    /// <summary>A block that failed keeps its files, for its author to look at.</summary>
    private void TidyUp()
    {
        try
        {
            if (Directory.Exists(_directory))
                Directory.Delete(_directory, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Something of the block holds on to it: it stays where the system keeps its temporary files.
        }
    }
}
