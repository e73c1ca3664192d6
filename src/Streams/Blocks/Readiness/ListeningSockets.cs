using System.Globalization;
using Streams.Processes;

namespace Streams.Blocks.Readiness;

/// <summary>Who listens on a TCP port, from <c>/proc</c>.</summary>
internal static class ListeningSockets
{
    private const string Listen = "0A";
    private const string SocketLink = "socket:[";

    /// <summary>Inode numbers of the sockets that listen on the port in the network namespace of this process.</summary>
    public static IEnumerable<ulong> Find(string process, int port)
    {
        var ending = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        foreach (var table in new[] { "tcp", "tcp6" })
        {
            //   sl  local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ...
            //    0: 0100007F:1451 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 12345 ...
            foreach (var line in ProcFile.ReadText($"/proc/{process}/net/{table}").Split('\n'))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[3] == Listen && fields[1].EndsWith(ending, StringComparison.Ordinal)
                    && ulong.TryParse(fields[9], CultureInfo.InvariantCulture, out var inode))
                    yield return inode;
            }
        }
    }

    /// <summary>Names the network namespace of a process; null: unknown, as for processes of other users.</summary>
    public static string? NamespaceOf(int processId) => LinkTarget(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/ns/net"));

    /// <summary>Whether the process has one of the sockets open; null: it may not be asked.</summary>
    public static bool? IsHeldBy(int processId, HashSet<ulong> sockets)
    {
        try
        {
            foreach (var descriptor in Directory.EnumerateFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/fd")))
            {
                if (LinkTarget(descriptor) is { } target && target.StartsWith(SocketLink, StringComparison.Ordinal)
                    && ulong.TryParse(target.AsSpan(SocketLink.Length).TrimEnd(']'), CultureInfo.InvariantCulture, out var inode) && sockets.Contains(inode))
                    return true;
            }

            return false;
        }
        catch (DirectoryNotFoundException)
        {
            return false; // it has ended meanwhile
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // closed meanwhile, or not ours to see
        }
    }
}
