using System.Text;

namespace Throughput;

/// <summary>A directory for a console.</summary>
internal static class ResultsTree
{
    public static string Render(string directory)
    {
        var text = new StringBuilder(directory);
        Append(text, new DirectoryInfo(directory), "");
        return text.ToString();
    }

    private static void Append(StringBuilder text, DirectoryInfo directory, string indent)
    {
        var entries = directory.GetFileSystemInfos().OrderBy(entry => entry is DirectoryInfo).ThenBy(entry => entry.Name, StringComparer.Ordinal).ToArray();
        foreach (var entry in entries)
        {
            var last = entry == entries[^1];
            text.Append('\n').Append(indent).Append(last ? "└── " : "├── ").Append(entry.Name);
            if (entry is DirectoryInfo inner)
                Append(text.Append('/'), inner, indent + (last ? "    " : "│   "));
            else if (entry is FileInfo file)
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"  ({file.Length:N0} bytes)");
        }
    }
}
