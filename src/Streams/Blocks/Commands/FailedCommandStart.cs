namespace Streams.Blocks.Commands;

/// <summary>Why a program could not be started, in words: each cause in its own.</summary>
internal static class FailedCommandStart
{
    private const int NoEntry = 2;
    private const int TooBig = 7;
    private const int NoExecutableFormat = 8;
    private const int NoAccess = 13;

    /// <param name="error">The number of the system's error.</param>
    /// <param name="file">The program, with its path.</param>
    /// <param name="message">What the system says.</param>
    public static string Describe(int error, string file, string message) => error switch
    {
        _ when Directory.Exists(file) => $"'{file}' is a directory",
        NoEntry when File.Exists(file) => $"'{file}' is there, but not the interpreter that its first line names",
        NoEntry => $"'{file}' was not found",
        NoAccess when File.Exists(file) => $"'{file}' is not executable for this user (chmod +x makes it so)",
        NoExecutableFormat => $"'{file}' is neither a program of this machine nor a script that begins with #!; give a script to its interpreter, as in [\"sh\", \"{file}\"]",
        TooBig => 
            "its arguments and environment together are larger than the system takes (E2BIG: some 2 MB in all, 128 KiB each). Give large data in a file, or as the command's input",
        _ => message,
    };
}
