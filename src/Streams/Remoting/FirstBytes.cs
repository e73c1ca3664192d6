using System.Text;
using Streams.Processes;

namespace Streams.Remoting;

/// <summary>The first bytes that came over a connection: they tell an agent from anything else that may answer there.</summary>
internal sealed class FirstBytes
{
    private const int Size = 32;
    private const int FrameHeader = 9;
    private const byte Settings = 4;

    private readonly byte[] _bytes = new byte[Size];
    private int _count;

    /// <summary>Called by the connection's reader only.</summary>
    public void Take(ReadOnlySpan<byte> read)
    {
        if (_count == Size)
            return;
        var taken = read[..Math.Min(read.Length, Size - _count)];
        taken.CopyTo(_bytes.AsSpan(_count));
        Volatile.Write(ref _count, _count + taken.Length);
    }

    /// <summary>What came, escaped, if it was not HTTP/2: there the first thing that a server sends are its settings. Else null.</summary>
    public string? Foreign()
    {
        var count = Volatile.Read(ref _count);
        var isHttp2 = count >= FrameHeader && _bytes[3] == Settings && _bytes.AsSpan(5, 4).IndexOfAnyExcept((byte)0) < 0;
        return count == 0 || isHttp2 ? null : PrintableText.CleanLine(Encoding.Latin1.GetString(_bytes, 0, count));
    }
}
