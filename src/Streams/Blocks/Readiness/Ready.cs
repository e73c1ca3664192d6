using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Streams.Blocks.Readiness;

namespace Streams;

/// <summary>
/// When a command in the background counts as ready, for <see cref="BlockContext.StartAsync(string, Ready?, CancellationToken)"/>.
/// Can be kept and used for any number of commands.
/// </summary>
/// <example><c>Ready.Listening(5201).And(Ready.Line("Server listening")).Within(TimeSpan.FromMinutes(1))</c></example>
public sealed class Ready
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<Func<IReadyCondition>> _conditions;
    private readonly TimeSpan _limit;

    private Ready(IReadOnlyList<Func<IReadyCondition>> conditions, TimeSpan limit) => (_conditions, _limit) = (conditions, limit);

    /// <summary>
    /// The command, or a process that it started, listens on a TCP port, at whatever address. Seen without connecting, in the
    /// command's own network namespace. When somebody else listens there, the failure says who.
    /// </summary>
    /// <param name="port">1 to 65535.</param>
    /// <exception cref="ArgumentOutOfRangeException">That is no port.</exception>
    public static Ready Listening(int port)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        return new([() => new ListeningCondition(port)], DefaultLimit);
    }

    /// <summary>The command has printed a line, to standard output or standard error, in which the regular expression is found.</summary>
    /// <param name="pattern">A regular expression of .NET.</param>
    /// <exception cref="ArgumentException">The pattern is not a valid one.</exception>
    public static Ready Line([StringSyntax(StringSyntaxAttribute.Regex)] string pattern)
    {
        var compiled = new Regex(pattern, RegexOptions.CultureInvariant, MatchLimit);
        return new([() => new LineCondition(compiled)], DefaultLimit);
    }

    /// <summary>
    /// A file, a socket or a directory is there. One that was there before the command was started counts once it is written
    /// anew, so that nobody is fooled by what an earlier run has left.
    /// </summary>
    /// <param name="path">Its path on the block's host; a relative one is meant from the block's current directory.</param>
    public static Ready File(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new([() => new FileCondition(path)], DefaultLimit);
    }

    /// <summary>Both: this and the other one, in whatever order.</summary>
    /// <param name="other">What is also waited for.</param>
    /// <returns>A new one, with the longer of the two limits.</returns>
    public Ready And(Ready other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new([.. _conditions, .. other._conditions], _limit > other._limit ? _limit : other._limit);
    }

    /// <summary>The same with another limit; 30 seconds otherwise, and never longer than the block may still run.</summary>
    /// <param name="limit">How long the command may take.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or longer than about 24 days.</exception>
    public Ready Within(TimeSpan limit) => new(_conditions, StreamCollectionOptions.CheckLimit(limit, nameof(limit)));

    /// <summary>To be called before the command is started: what is there already is not its doing.</summary>
    internal ReadyWatch Begin() => new([.. _conditions.Select(condition => condition())], _limit);
}
