using Streams.Blocks.Values;
using Streams.Execution;
using Streams.Wire;

namespace Streams.Blocks;

/// <summary>How the value of a block is taken out of its verdict. What comes from a worker is read as hostile.</summary>
internal static class BlockValues
{
    public static Func<BlockVerdict, object?> CommandReader(string command) => verdict =>
        verdict.Command is { } outcome ? Result(command, outcome) : throw new StreamsException("the worker did not say how the command ended");

    public static Func<BlockVerdict, object?> Reader<T>() =>
        static verdict => ValueReader.Read(verdict.Value.Memory, typeof(T), ValueUse.Result);

    private static CommandResult Result(string command, CommandOutcome outcome) => new()
    {
        Command = command,
        ExitCode = outcome.ExitCode,
        Signal = outcome.Signal,
        StandardOutput = outcome.StandardOutput,
        StandardError = outcome.StandardError,
        Elapsed = TimeSpan.FromMicroseconds(Math.Max(0, outcome.ElapsedUs)),
        IsTruncated = outcome.Truncated,
    };
}
