using System.Globalization;
using System.Text;
using Streams.Blocks.Verdicts;
using Streams.Scheduling;

namespace Streams;

/// <summary>What is known of one block at one moment (seed BP003: "when was its last update?", "was its final status given?").</summary>
public sealed record BlockStatus
{
    internal BlockStatus()
    {
    }

    /// <summary>Name of the block's stream.</summary>
    public required string Stream { get; init; }

    /// <summary>Host of the stream, as its author wrote it.</summary>
    public required string Host { get; init; }

    /// <summary>The block's name with its ordinal, for example <c>2-NetPerf</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where the block is in its life.</summary>
    public required BlockPhase Phase { get; init; }

    /// <summary>True once its worker has said that it runs, also after its end.</summary>
    public required bool HasStarted { get; init; }

    /// <summary>True once it has its final status: no activity comes after it.</summary>
    public bool IsFinal => Phase == BlockPhase.Finished;

    /// <summary>How long ago anything was heard of it: a phase, a log line, output, a measurement.</summary>
    public required TimeSpan SinceLastUpdate { get; init; }

    /// <summary>What it waits for, as <c>at 'setup' for server/1-NetServer (db1)</c>; null if for nothing that is known.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>The last line that it logged or printed, safe to print; null if there was none.</summary>
    public string? LastLine { get; init; }

    /// <summary>Its result, once it is final; whether that was received or inferred stands there.</summary>
    public BlockResult? Result { get; init; }

    /// <summary>All of it in one line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"stream '{Stream}' ({Host}): block {Name}, "));
        text.Append(Result is { } result ? $"{result.Outcome.ToString().ToUpperInvariant()}: {result.Message.Split('\n')[0]}" : InWords(Phase));
        if (WaitsFor is not null)
            text.Append(", waits ").Append(WaitsFor);
        text.Append(", last heard of ").Append(Durations.InWords(SinceLastUpdate)).Append(" ago");
        if (LastLine is not null)
            text.Append(", last line: ").Append(LastLine);
        return text.ToString();
    }

    internal static BlockStatus Of(QueuedBlock block, IReadOnlyDictionary<string, (string What, TimeSpan For)> waits) => new()
    {
        Stream = block.StreamName,
        Host = block.Specification.Host,
        Name = block.Name,
        Phase = block.Lifecycle.Phase,
        HasStarted = block.Lifecycle.EnteredAfter(BlockPhase.Started) is not null,
        SinceLastUpdate = block.Activity.Since,
        WaitsFor = waits.TryGetValue(block.Specification.Sync.Party, out var wait) ? wait.What : null,
        LastLine = block.Activity.LastLine,
        Result = block.Run.Result,
    };

    private static string InWords(BlockPhase phase) => phase switch
    {
        BlockPhase.Requested => "queued",
        BlockPhase.Triaging => "its place and its requirements are being checked",
        BlockPhase.Ready => "ready to start",
        BlockPhase.Started => "running",
        _ => "finished",
    };
}
