using System.Globalization;
using Streams.Processes;

namespace Streams.Supervision;

/// <summary>
/// The limits that a plain shell of this session has. The .NET runtime raises its own soft limit of open files to the hard
/// one, and its children's with it; some old programs then take minutes to close a million descriptors.
/// </summary>
internal static class SessionLimits
{
    /// <summary>The soft limit of open files of the nearest ancestor that has a lower one than this process; empty: unknown.</summary>
    public static string OpenFiles()
    {
        var own = SoftLimit(Environment.ProcessId);
        for (var processId = Environment.ProcessId; processId > 1 && ProcessEntry.TryRead(processId, out var entry); processId = entry.Parent)
        {
            if (SoftLimit(processId) is { } limit && limit < own)
                return limit.ToString(CultureInfo.InvariantCulture);
        }

        return "";
    }

    private static ulong? SoftLimit(int processId)
    {
        foreach (var line in ProcFile.ReadText($"/proc/{processId}/limits").Split('\n'))
        {
            if (line.StartsWith("Max open files", StringComparison.Ordinal)
                && ulong.TryParse(line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var soft))
                return soft;
        }

        return null;
    }
}
