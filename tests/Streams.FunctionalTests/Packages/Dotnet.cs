using System.Diagnostics;

namespace Streams.FunctionalTests.Packages;

/// <summary>Runs <c>dotnet</c> as somebody would in a terminal that knows nothing of this test run.</summary>
internal static class Dotnet
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public static async Task<Outcome> RunAsync(string directory, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var ours in start.Environment.Keys.Where(name => name.StartsWith("STREAMS_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(ours);
        // No build server may outlive it, or hold files of a directory that is about to go.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Longest);
        }
        catch (TimeoutException)
        {
            var who = string.Join('\n', Directory.EnumerateDirectories("/proc").Select(Describe).Where(line => line.Length > 0));
            process.Kill(entireProcessTree: true);
            var said = await Task.WhenAny(output, Task.Delay(TimeSpan.FromSeconds(5))) == output ? await output : "";
            throw new TimeoutException($"'dotnet {string.Join(' ', arguments)}' did not end within {Longest.TotalMinutes} min. It printed:\n{said}\nThe machine's dotnet processes:\n{who}");
        }

        return new Outcome($"dotnet {string.Join(' ', arguments)}", process.ExitCode, await output.DefaultTimeout() + await errors.DefaultTimeout());
    }

    private static string Describe(string process)
    {
        try
        {
            var arguments = File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
            return arguments.Contains("dotnet", StringComparison.Ordinal) ? $"{Path.GetFileName(process)} {arguments}" : "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // no process, or gone meanwhile
        }
    }

    /// <summary>How a command ended, and all that it printed.</summary>
    internal sealed record Outcome(string Command, int ExitCode, string Output)
    {
        public string Succeeded()
        {
            Assert.True(ExitCode == 0, $"'{Command}' exited {ExitCode}:\n{Output}");
            return Output;
        }
    }
}
