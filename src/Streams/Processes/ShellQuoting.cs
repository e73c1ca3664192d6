namespace Streams.Processes;

/// <summary>Words for a POSIX shell. Nothing reaches a shell in any other way.</summary>
internal static class ShellQuoting
{
    /// <summary>The text as exactly one word, whatever is in it.</summary>
    public static string Quote(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A NUL character cannot be given to a program.", nameof(text));
        return text.Length > 0 && text.AsSpan().IndexOfAnyExcept(Plain) < 0
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>The command line that gives exactly these arguments.</summary>
    public static string Join(IEnumerable<string> arguments) => string.Join(' ', arguments.Select(Quote));

    // No "=" (an assignment in front), no "~" (a home directory), no "{" and "," (brace lists).
    private static readonly System.Buffers.SearchValues<char> Plain =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:@%+");
}
