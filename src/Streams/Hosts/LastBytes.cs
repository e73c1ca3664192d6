using System.Text;

namespace Streams.Hosts;

/// <summary>Reads a stream to its end and keeps its last bytes.</summary>
internal sealed class LastBytes
{
    private const int Capacity = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly Task _reading;
    private byte[] _kept = []; // guarded by _gate

    public LastBytes(Stream stream) => _reading = ReadAsync(stream);

    public Task Ended => _reading;

    public string Text
    {
        get
        {
            lock (_gate)
                return Encoding.UTF8.GetString(_kept);
        }
    }

    private async Task ReadAsync(Stream stream)
    {
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var count)
            {
                lock (_gate)
                {
                    var all = _kept.AsSpan();
                    var keep = all[Math.Max(0, all.Length + count - Capacity)..];
                    _kept = [.. keep, .. buffer.AsSpan(0, count)];
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The process was ended under us; what was read so far is the tail.
        }
    }
}
