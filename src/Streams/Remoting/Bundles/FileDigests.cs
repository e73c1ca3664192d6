using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Streams.Remoting.Bundles;

/// <summary>Digests of files on this machine, remembered while size and time of change stay the same.</summary>
internal sealed class FileDigests
{
    private static readonly string EmptySha256 = Convert.ToHexStringLower(SHA256.HashData([]));

    private readonly ConcurrentDictionary<string, (long Length, DateTime Changed, string Sha256)> _known = new(StringComparer.Ordinal);

    /// <summary>One for the process: several collections send the same files.</summary>
    public static FileDigests Shared { get; } = new();

    public async Task<string> Sha256Async(FileInfo file, CancellationToken cancellationToken)
    {
        // Not opened: what has no length may be a FIFO, which would block us for ever.
        if (file.Length == 0)
            return EmptySha256;
        if (_known.TryGetValue(file.FullName, out var known) && known.Length == file.Length && known.Changed == file.LastWriteTimeUtc)
            return known.Sha256;
        var content = file.OpenRead();
        await using (content.ConfigureAwait(false))
        {
            var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false));
            _known[file.FullName] = (file.Length, file.LastWriteTimeUtc, digest);
            return digest;
        }
    }

    /// <summary>Bundle files for files of this machine, hashed side by side.</summary>
    public async Task<IReadOnlyList<BundleFile>> ReadAsync(IEnumerable<LocalFile> files, CancellationToken cancellationToken)
    {
        var read = new ConcurrentBag<BundleFile>();
        await Parallel.ForEachAsync(files, cancellationToken, async (file, token) =>
        {
            var info = new FileInfo(file.FullPath);
            var executable = !OperatingSystem.IsWindows() && (info.UnixFileMode & UnixFileMode.UserExecute) != 0;
            var digest = await Sha256Async(info, token).ConfigureAwait(false);
            read.Add(new BundleFile(file.Path, info.Length, digest, executable, () => info.Length == 0 ? Stream.Null : File.OpenRead(file.FullPath)));
        }).ConfigureAwait(false);
        return [.. read];
    }
}
