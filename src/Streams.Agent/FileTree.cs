namespace Streams.Agent;

/// <summary>Removes what blocks left. Directory.Delete cannot: it fails on names that are not UTF-8.</summary>
internal static class FileTree
{
    private const int MaxDepth = 256;
    private const int NamesAtOnce = 10_000;

    /// <summary>Removes everything below this path and the path itself, as far as that is possible. Never follows a link.</summary>
    public static void Remove(string path)
    {
        byte[] name = [.. System.Text.Encoding.UTF8.GetBytes(path), 0];
        Remove(AgentNativeMethods.CurrentDirectory, name, 1);
    }

    private static void Remove(int parent, byte[] name, int depth)
    {
        if (AgentNativeMethods.TryUnlink(parent, name, isDirectory: false) || depth > MaxDepth)
            return;
        using (var directory = AgentNativeMethods.OpenAt(parent, name, isDirectory: true, out _))
        {
            if (directory is null)
                return;
            foreach (var entry in AgentNativeMethods.ReadNames(directory, NamesAtOnce * 10))
                Remove((int)directory.DangerousGetHandle(), entry, depth + 1);
        }

        AgentNativeMethods.TryUnlink(parent, name, isDirectory: true);
    }
}
