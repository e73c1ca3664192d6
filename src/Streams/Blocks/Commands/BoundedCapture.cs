using System.Text;

namespace Streams.Blocks.Commands;

/// <summary>The beginning and the end of an output; however much it is, memory is bounded.</summary>
internal sealed class BoundedCapture
{
    private const int Half = 512 * 1024;

    private readonly Lock _gate = new();
    private readonly List<byte> _head = [];
    private readonly byte[] _tail = new byte[Half];
    private long _tailLength;

    public bool IsTruncated
    {
        get
        {
            lock (_gate)
                return _tailLength > Half;
        }
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var toHead = Math.Min(Half - _head.Count, bytes.Length);
            _head.AddRange(bytes[..toHead]);
            var rest = bytes[toHead..];
            while (rest.Length > 0)
            {
                var at = (int)(_tailLength % Half);
                var count = Math.Min(rest.Length, Half - at);
                rest[..count].CopyTo(_tail.AsSpan(at));
                _tailLength += count;
                rest = rest[count..];
            }
        }
    }

    public override string ToString()
    {
        lock (_gate)
        {
            if (_tailLength <= Half)
                return Encoding.UTF8.GetString([.. _head, .. _tail.AsSpan(0, (int)_tailLength)]);
            var at = (int)(_tailLength % Half);
            return $"{Encoding.UTF8.GetString(_head.ToArray())}\n[{_tailLength - Half:N0} bytes left out]\n{Encoding.UTF8.GetString([.. _tail.AsSpan(at), .. _tail.AsSpan(0, at)])}";
        }
    }
}
