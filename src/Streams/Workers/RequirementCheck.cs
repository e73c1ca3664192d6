using System.Globalization;
using System.Net.NetworkInformation;
using Streams.Wire;

namespace Streams.Workers;

/// <summary>Checks what a block requires of this host, all requirements side by side.</summary>
internal static class RequirementCheck
{
    /// <summary>The skip of the block, listing all that is unmet; null if everything is there.</summary>
    /// <param name="specification">The block.</param>
    /// <param name="cancellation">Cancelled when the block is asked to stop; a check that hangs then ends with its worker.</param>
    public static BlockFinished? WhySkipped(BlockSpec specification, CancellationToken cancellation)
    {
        // Each on a thread of its own: predicates may block as they like, and a pool grows slowly.
        var checks = specification.Requirements
            .Select(requirement => Task.Factory.StartNew(() => WhyUnmet(requirement), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToList();
        try
        {
            Task.WaitAll(checks, cancellation);
        }
        catch (OperationCanceledException)
        {
            return new BlockFinished { Outcome = WireOutcome.OutcomeCancel, Reason = WireReason.ReasonCancelled, Message = "stopped while its requirements were checked" };
        }

        var unmet = checks.Select(check => check.Result).OfType<string>().ToList();
        return unmet.Count == 0 ? null : new BlockFinished
        {
            Outcome = WireOutcome.OutcomeSkip,
            Reason = WireReason.ReasonRequirementUnmet,
            Message = $"host {specification.Host}: {string.Join("; ", unmet)}",
        };
    }

    private static string? WhyUnmet(BlockRequirement requirement)
    {
        try
        {
            return requirement.KindCase switch
            {
                BlockRequirement.KindOneofCase.File => Path.Exists(requirement.File) ? null : $"no file '{requirement.File}'",
                BlockRequirement.KindOneofCase.Command => WhyNoCommand(requirement.Command),
                BlockRequirement.KindOneofCase.FreePort => WhyNotFree(requirement.FreePort),
                BlockRequirement.KindOneofCase.MemoryBytes => WhyTooLittle(requirement.MemoryBytes),
                BlockRequirement.KindOneofCase.Predicate => WhyNot(requirement),
                _ => $"this worker does not know how to check '{requirement.Description}'",
            };
        }
        catch (Exception exception)
        {
            // The author's predicate, or a host that cannot be looked at: what is not known to be met is not met.
            return $"{requirement.Description}: could not be checked: {exception.GetType().FullName}: {exception.Message}";
        }
    }

    private static string? WhyNoCommand(string command)
    {
        if (command.Contains('/', StringComparison.Ordinal))
            return IsProgram(command) ? null : $"no program '{command}'";
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries).Any(directory => IsProgram(Path.Combine(directory, command)))
            ? null
            : $"no '{command}' in PATH ({path})";
    }

    private static bool IsProgram(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);

    private static string? WhyNotFree(int port) =>
        Array.Exists(IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners(), listener => listener.Port == port)
            ? string.Create(CultureInfo.InvariantCulture, $"somebody listens on port {port}")
            : null;

    private static string? WhyTooLittle(long bytes)
    {
        const string Field = "MemAvailable:";
        var line = File.ReadLines("/proc/meminfo").First(line => line.StartsWith(Field, StringComparison.Ordinal));
        var available = long.Parse(line.AsSpan(Field.Length).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
        return available >= bytes ? null : string.Create(CultureInfo.InvariantCulture, $"{available / 1048576.0:#,0.#} of {bytes / 1048576.0:#,0.#} MiB of memory are available");
    }

    private static string? WhyNot(BlockRequirement requirement) => new ResolvedBlock(requirement.Predicate.Method).Run(requirement.Predicate, context: null) switch
    {
        null or true => null,
        string why => $"{why} ({requirement.Description})",
        _ => $"not met: {requirement.Description}",
    };
}
