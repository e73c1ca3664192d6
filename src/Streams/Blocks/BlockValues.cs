using System.Reflection;
using Streams.Blocks.Values;
using Streams.Execution;
using Streams.Wire;

namespace Streams.Blocks;

/// <summary>How the value of a block is taken out of its verdict. What comes from a worker is read as hostile.</summary>
internal static class BlockValues
{
    public static Func<BlockVerdict, object?> CommandReader(string command) => verdict =>
        verdict.Command is { } outcome ? Result(command, outcome) : throw new StreamsException("the worker did not say how the command ended");

    public static Func<BlockVerdict, object?> Reader<T>()
    {
        // A block that returns a ValueTask was awaited there: here is what it returned, as one that has completed.
        if (typeof(T) == typeof(ValueTask))
            return static _ => default(ValueTask);
        if (typeof(T) is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
            return (Func<BlockVerdict, object?>)typeof(BlockValues).GetMethod(nameof(ValueTaskReader), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type.GetGenericArguments()).Invoke(null, null)!;
        return Read<T>;
    }

    private static object? Read<T>(BlockVerdict verdict) => ValueReader.Read(verdict.Value.Memory, typeof(T), ValueUse.Result);

    private static Func<BlockVerdict, object?> ValueTaskReader<T>() => static verdict => new ValueTask<T>((T)Read<T>(verdict)!);

    /// <summary>How a command ended, as its author gets it.</summary>
    public static CommandResult Result(string command, CommandOutcome outcome) => new()
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
