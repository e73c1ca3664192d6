using System.Globalization;

namespace Streams.Sync.Serving;

/// <summary>
/// Whether the process at the other end of a broken connection is gone, so that nobody needs to wait for its return.
/// A client on the same machine says which process it is: <c>pidns:pid:starttime</c>.
/// </summary>
internal static class PeerProcess
{
    private static readonly int[] LooksMs = [0, 1, 2, 5, 10, 20, 50, 100];

    /// <summary>This process, in the same form; null where /proc does not tell.</summary>
    public static string? Current { get; } = Describe("self");

    /// <summary>Looks a few times: a killed process closes its sockets a moment before it is gone.</summary>
    public static async Task<bool> IsGoneAsync(string process, TimeProvider time)
    {
        var parts = process.Split(':');
        if (parts.Length != 3 || Current is null || parts[0] != Current.Split(':')[0] || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            return false;
        foreach (var wait in LooksMs)
        {
            if (wait > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(wait), time).ConfigureAwait(false);
            if (Describe(pid.ToString(CultureInfo.InvariantCulture)) != process)
                return true;
        }
        return false;
    }

    private static string? Describe(string pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // "pid (command) state ... starttime": the command may hold blanks and brackets itself.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var name = new FileInfo("/proc/self/ns/pid").LinkTarget;
            return fields[0] is "Z" or "X" || name is null ? null : $"{name.Trim("pid:[]".ToCharArray())}:{stat[..stat.IndexOf(' ', StringComparison.Ordinal)]}:{fields[19]}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
