using System.Collections;
using System.Globalization;
using System.Runtime.InteropServices;
using Streams.Processes;

namespace Streams.Agent;

/// <summary>Starts this host anew, with whatever command it has for that.</summary>
internal static class HostReboot
{
    /// <summary>A host that goes down takes us along before this; one that does not, does not do what it was told.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static readonly string[] Directories = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>Returns only if the host does not go down: why.</summary>
    public static async Task<string> TryAsync(string outputPath, TimeProvider time)
    {
        if (FindCommand() is not { } command)
            return "it has none of the commands reboot and shutdown, or they need root and sudo is not there";
        try
        {
            var exit = await RunAsync(command, outputPath).WaitAsync(Limit, time).ConfigureAwait(false);
            if (exit == default)
                await Task.Delay(Limit, time).ConfigureAwait(false); // on its way down
            var how = exit.Signal != 0 ? $"was ended by signal {exit.Signal}" : $"exited with code {exit.ExitCode}";
            var said = OutputTail.LastLines(BlockOutputReader.ReadEnd(outputPath).Span, 3);
            return string.Create(CultureInfo.InvariantCulture, $"'{string.Join(' ', command)}' {how} ({string.Join(" / ", said)}), and it still runs");
        }
        catch (TimeoutException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"'{string.Join(' ', command)}' has not ended after {Limit.TotalSeconds:0} s");
        }
        catch (IOException exception)
        {
            return exception.Message;
        }
    }

    private static List<string>? FindCommand()
    {
        List<string>? command = Find("reboot") is { } reboot ? [reboot]
            : Find("shutdown") is { } shutdown ? [shutdown, "-r", "now"]
            : null;
        if (command is null || NativeMethods.EffectiveUserId() == 0)
            return command;
        return Find("sudo") is { } sudo ? [sudo, "-n", .. command] : null;
    }

    private static string? Find(string name) => Directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    private static async Task<ProcessExit> RunAsync(List<string> command, string outputPath)
    {
        using var nothing = File.OpenHandle("/dev/null");
        using var output = File.OpenHandle(outputPath, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry pair in Environment.GetEnvironmentVariables())
            variables[(string)pair.Key] = (string?)pair.Value ?? "";
        var process = await ChildProcesses.OfThisProcess.StartAsync(new SpawnRequest(
            command, variables, "/", Descriptor(nothing), Descriptor(output))).ConfigureAwait(false);
        return await process.Exit.ConfigureAwait(false);
    }

    private static int Descriptor(SafeHandle handle) => (int)handle.DangerousGetHandle();
}
