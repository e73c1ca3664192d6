using System.Globalization;
using System.Runtime.CompilerServices;
using Streams.Blocks.Travel;
using Streams.Wire;

namespace Streams;

/// <summary>
/// What a block can require of its host (<see cref="BlockOptions.Requires"/>). It is checked there before the block starts; a block
/// with unmet requirements is <see cref="BlockOutcome.Skip"/>, and its message lists all of them.
/// </summary>
public static class Requires
{
    /// <summary>A file or directory that exists.</summary>
    /// <param name="path">Its path on the block's host.</param>
    /// <exception cref="ArgumentException">The path is empty or has a NUL.</exception>
    public static Requirement File(string path)
    {
        Check(path, nameof(path));
        return new Requirement(new BlockRequirement { File = path, Description = $"file {path}" });
    }

    /// <summary>A program that is found in <c>PATH</c>, or at its path if it has a slash, and may be executed.</summary>
    /// <param name="name">The program.</param>
    /// <exception cref="ArgumentException">The name is empty or has a NUL.</exception>
    public static Requirement Command(string name)
    {
        Check(name, nameof(name));
        return new Requirement(new BlockRequirement { Command = name, Description = $"command {name}" });
    }

    /// <summary>A TCP port on which nobody listens.</summary>
    /// <param name="port">1 to 65535.</param>
    /// <exception cref="ArgumentOutOfRangeException">No port has this number.</exception>
    public static Requirement Port(int port)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65535);
        return new Requirement(new BlockRequirement { FreePort = port, Description = string.Create(CultureInfo.InvariantCulture, $"free port {port}") });
    }

    /// <summary>Memory that is available without swapping, by the host's own estimate.</summary>
    /// <param name="bytes">How much of it.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public static Requirement Memory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        return new Requirement(new BlockRequirement { MemoryBytes = bytes, Description = string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:#,0.#} MiB of memory") });
    }

    /// <summary>Code of the author's own, which runs on the block's host.</summary>
    /// <param name="isMet">Says whether the requirement is met. It travels like a block; what it throws counts as unmet.</param>
    /// <param name="description">The requirement in words: "kernel 6.1 or newer".</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="BlockNotSendableException">The code or something that it captures cannot travel.</exception>
    public static Requirement That(Func<bool> isMet, string description, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(isMet);
        Check(description, nameof(description));
        return new Requirement(new BlockRequirement { Predicate = BlockDelegate.Describe(isMet, file, line), Description = description });
    }

    /// <summary>Code of the author's own that says itself what is wrong.</summary>
    /// <param name="whyUnmet">Returns null if the requirement is met, else why it is not. It travels like a block.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="BlockNotSendableException">The code or something that it captures cannot travel.</exception>
    public static Requirement That(Func<string?> whyUnmet, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(whyUnmet);
        var description = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}:{line}");
        return new Requirement(new BlockRequirement { Predicate = BlockDelegate.Describe(whyUnmet, file, line), Description = description });
    }

    private static void Check(string text, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text, name);
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("It has a NUL, which no name on a host has.", name);
    }
}
