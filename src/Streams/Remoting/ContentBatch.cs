using System.Formats.Tar;
using System.IO.Compression;
using Streams.Remoting.Bundles;

namespace Streams.Remoting;

/// <summary>
/// A tar of some contents, each named by its digest, packed or not. Its length is known before a byte of it is sent.
/// </summary>
internal sealed class ContentBatch
{
    private const int Record = 512;

    /// <summary>Larger ones are not packed: the packed bytes are kept in memory.</summary>
    private const long MaxPacked = 64 * 1024 * 1024;

    private readonly IReadOnlyList<BundleFile> _files;
    private readonly MemoryStream? _packed;

    private ContentBatch(IReadOnlyList<BundleFile> files, MemoryStream? packed)
    {
        _files = files;
        _packed = packed;
        Unpacked = files.Sum(Size) + (2 * Record);
    }

    /// <summary>How many bytes are sent.</summary>
    public long Length => _packed?.Length ?? Unpacked;

    /// <summary>How many bytes the tar has.</summary>
    public long Unpacked { get; }

    public bool IsPacked => _packed is not null;

    /// <summary>How many bytes of a tar the file takes.</summary>
    public static long Size(BundleFile file) => Record + ((file.Length + Record - 1) / Record * Record);

    public static async Task<ContentBatch> CreateAsync(IReadOnlyList<BundleFile> files, bool pack, CancellationToken cancellationToken)
    {
        var plain = new ContentBatch(files, null);
        if (!pack || plain.Unpacked > MaxPacked)
            return plain;
        var packed = new MemoryStream();
        var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true);
        await using (gzip.ConfigureAwait(false))
            await WriteTarAsync(files, gzip, cancellationToken).ConfigureAwait(false);
        return new ContentBatch(files, packed);
    }

    public async Task WriteAsync(Stream target, CancellationToken cancellationToken)
    {
        if (_packed is not null)
        {
            await target.WriteAsync(_packed.GetBuffer().AsMemory(0, (int)_packed.Length), cancellationToken).ConfigureAwait(false);
            return;
        }

        var buffered = new BufferedStream(target, 64 * 1024);
        await WriteTarAsync(_files, buffered, cancellationToken).ConfigureAwait(false);
        await buffered.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteTarAsync(IReadOnlyList<BundleFile> files, Stream target, CancellationToken cancellationToken)
    {
        var tar = new TarWriter(target, TarEntryFormat.Ustar, leaveOpen: true);
        await using (tar.ConfigureAwait(false))
        {
            foreach (var file in files)
            {
                var content = file.Open();
                await using (content.ConfigureAwait(false))
                {
                    if (content.Length != file.Length && file.Length != 0)
                        throw new StreamsException($"The file '{file.Path}' changed while it was being sent to a host.");
                    var entry = new UstarTarEntry(TarEntryType.RegularFile, file.ContentName)
                    {
                        Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                        DataStream = file.Length == 0 ? null : content,
                    };
                    await tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }
}
