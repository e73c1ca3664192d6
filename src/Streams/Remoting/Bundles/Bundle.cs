using System.Security.Cryptography;
using System.Text;
using Streams.Processes;

namespace Streams.Remoting.Bundles;

/// <summary>A tree of files that a host needs, with the manifest that identifies it: same files, same <see cref="Id"/>.</summary>
internal sealed class Bundle
{
    private const int MaxFiles = 20_000;
    private const long MaxBytes = 2L * 1024 * 1024 * 1024;

    public Bundle(string name, IEnumerable<BundleFile> files)
    {
        Name = name;
        Files = [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)];
        CheckSize();
        // A line is "<sha256><x or -> <path>": what sha256sum -c reads once the mark is a blank.
        var manifest = new StringBuilder();
        foreach (var file in Files)
        {
            CheckPath(file.Path);
            manifest.Append(file.ContentName).Append(' ').Append(file.Path).Append('\n');
        }

        Manifest = Encoding.UTF8.GetBytes(manifest.ToString());
        Id = Convert.ToHexStringLower(SHA256.HashData(Manifest.Span));
    }

    /// <summary>"agent", "program" or "runtime".</summary>
    public string Name { get; }

    /// <summary>The files, in ordinal order of their paths.</summary>
    public IReadOnlyList<BundleFile> Files { get; }

    /// <summary>Digest of the manifest.</summary>
    public string Id { get; }

    public ReadOnlyMemory<byte> Manifest { get; }

    private void CheckSize()
    {
        if (Files.Count == 0)
            throw new StreamsException($"The bundle '{Name}' has no files.");
        var bytes = Files.Sum(file => file.Length);
        if (Files.Count <= MaxFiles && bytes <= MaxBytes)
            return;
        var largest = Files.MaxBy(file => file.Length)!;
        throw new StreamsException(
            $"The bundle '{Name}' has {Files.Count} files of {bytes / 1024 / 1024} MiB in all; at most {MaxFiles} files and {MaxBytes / 1024 / 1024} MiB are sent to a host\n"
            + $"  largest:  {largest.Path} ({largest.Length / 1024 / 1024} MiB)\n"
            + "  try:      keep test data out of the test's output directory");
    }

    private void CheckPath(string path)
    {
        var parts = path.Split('/');
        if (parts.Any(part => part is "" or "." or "..") || path.Any(c => char.IsControl(c) || c == '\\') || path != path.Trim())
            throw new StreamsException($"The bundle '{Name}' has a file that cannot be sent to a host, for its name is not plain: '{PrintableText.CleanLine(path)}'");
    }
}
