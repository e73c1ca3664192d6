using System.Diagnostics;

namespace Streams.FunctionalTests;

/// <summary>Runs a program of this machine that must succeed.</summary>
internal static class LocalProgram
{
    public static async Task RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        await process.WaitForExitAsync().DefaultTimeout();
        Assert.Equal(0, process.ExitCode);
    }
}
