namespace Streams.Processes;

/// <summary>What the .NET runtime prints before it aborts its process: where that begins, and what it means in words.</summary>
/// <param name="Line">Index of its first line; what follows is the stack, innermost frame first.</param>
/// <param name="Words">Continues "the process was ended by ...".</param>
internal readonly record struct RuntimeDeath(int Line, string Words)
{
    /// <summary>The last one among these lines; null: none.</summary>
    public static RuntimeDeath? Find(IReadOnlyList<string> lines)
    {
        for (var line = lines.Count - 1; line >= 0; line--)
        {
            if (InWords(lines[line], line + 1 < lines.Count ? lines[line + 1] : "") is { } words)
                return new RuntimeDeath(line, words);
        }

        return null;
    }

    // At the beginning of a line only: a block may print such words for reasons of its own.
    private static string? InWords(string line, string next) => line switch
    {
        _ when Begins(line, "Stack overflow") => "a stack overflow",
        _ when Begins(line, "Process terminated") => "Environment.FailFast",
        _ when Begins(line, "Out of memory") => "running out of managed memory",
        _ when Begins(line, "Fatal error") => next.Contains("AccessViolationException", StringComparison.Ordinal) ? "an access violation" : "a fatal error of the .NET runtime",
        _ when Begins(line, "Unhandled exception.") => Unhandled(line),
        _ => null,
    };

    private static string Unhandled(string line) => line switch
    {
        _ when line.Contains("System.OutOfMemoryException", StringComparison.Ordinal) => "running out of managed memory",
        _ when line.Contains("System.AccessViolationException", StringComparison.Ordinal) => "an access violation",
        _ when line.Contains("BadImageFormatException", StringComparison.Ordinal) => "a damaged or foreign assembly",
        _ => "an unhandled exception",
    };

    private static bool Begins(string line, string sign) => line.StartsWith(sign, StringComparison.Ordinal);
}
