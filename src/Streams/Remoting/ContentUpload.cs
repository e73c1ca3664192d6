using System.Formats.Tar;
using Streams.Remoting.Bundles;

namespace Streams.Remoting;

/// <summary>A tar of contents, each named by its digest. Its length is known before a byte of it is made.</summary>
internal sealed class ContentUpload(IReadOnlyList<BundleFile> files)
{
    private const int Record = 512;

    /// <summary>Length of the tar; 0 if there is nothing to send.</summary>
    public long Length { get; } = files.Count == 0 ? 0 : files.Sum(file => Record + Padded(file.Length)) + (2 * Record);

    /// <summary>Sends the tar.</summary>
    public async Task WriteAsync(HostDialogue dialogue, CancellationToken cancellationToken)
    {
        var output = new BufferedStream(new DialogueStream(dialogue), 64 * 1024);
        var tar = new TarWriter(output, TarEntryFormat.Ustar, leaveOpen: true);
        await using (tar.ConfigureAwait(false))
        {
            foreach (var file in files)
            {
                var content = file.Open();
                await using (content.ConfigureAwait(false))
                {
                    if (content.Length != file.Length && file.Length != 0)
                        throw new StreamsException($"The file '{file.Path}' changed while it was being sent to host {dialogue.Host}.");
                    var entry = new UstarTarEntry(TarEntryType.RegularFile, file.ContentName)
                    {
                        Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                        DataStream = file.Length == 0 ? null : content,
                    };
                    await tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static long Padded(long length) => (length + Record - 1) / Record * Record;
}
