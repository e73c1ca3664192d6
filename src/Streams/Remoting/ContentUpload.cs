using Streams.Remoting.Bundles;

namespace Streams.Remoting;

/// <summary>
/// Sends contents in batches, each stored before the next is sent: a connection that is cut loses one batch, and the next
/// start is not asked for the others again. Packs them where the link is slower than packing.
/// </summary>
internal sealed class ContentUpload(HostDialogue dialogue, UploadProgress progress, bool canPack, TimeProvider time)
{
    // The first one is small and the others grow, so that a link that is cut often gets on too.
    private const long FirstBatch = 256 * 1024;
    private const long LargestBatch = 16 * 1024 * 1024;

    /// <summary>Slower than this, packing and unpacking take less time than they save (bytes a second; docs/bootstrap.md).</summary>
    private const double WorthPacking = 10e6;

    /// <summary>A batch of this size tells the speed of a link well enough; a smaller one only that it is very slow.</summary>
    private const long Telling = 1024 * 1024;

    private (long Length, TimeSpan Time) _first;
    private bool _pack;

    /// <summary>How many bytes went over the connection.</summary>
    public long Sent { get; private set; }

    public async Task SendAsync(IEnumerable<BundleFile> files, Func<string, CancellationToken, Task> expect, CancellationToken cancellationToken)
    {
        foreach (var some in Batches(files))
        {
            var batch = await ContentBatch.CreateAsync(some, _pack && canPack, cancellationToken).ConfigureAwait(false);
            var clock = time.GetTimestamp();
            await dialogue.SendAsync(StartScript.Receive(batch), cancellationToken).ConfigureAwait(false);
            await expect("SEND", cancellationToken).ConfigureAwait(false);
            await batch.WriteAsync(new DialogueStream(dialogue), cancellationToken).ConfigureAwait(false);
            await expect("STORED", cancellationToken).ConfigureAwait(false);
            Judge(batch, time.GetElapsedTime(clock));
            Sent += batch.Length;
            progress.Stored += batch.Unpacked;
        }
    }

    /// <summary>
    /// Compares with the first batch: what each one costs whatever its size, processes and round trips, is not the link's
    /// slowness. Once packed, the rest is.
    /// </summary>
    private void Judge(ContentBatch batch, TimeSpan taken)
    {
        if (_first.Length == 0)
            _first = (batch.Length, taken);
        var (more, longer) = (batch.Length - _first.Length, (taken - _first.Time).TotalSeconds);
        if (more <= 0 || longer <= 0)
            return;
        _pack |= more / longer < (batch.Length >= Telling ? WorthPacking : WorthPacking / 5);
    }

    private static IEnumerable<List<BundleFile>> Batches(IEnumerable<BundleFile> files)
    {
        var batch = new List<BundleFile>();
        var (size, limit) = (0L, FirstBatch);
        foreach (var file in files.OrderBy(file => file.Length))
        {
            if (batch.Count > 0 && size + ContentBatch.Size(file) > limit)
            {
                yield return batch;
                (batch, size, limit) = ([], 0, Math.Min(2 * limit, LargestBatch));
            }

            batch.Add(file);
            size += ContentBatch.Size(file);
        }

        if (batch.Count > 0)
            yield return batch;
    }
}
