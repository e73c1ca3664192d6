using Streams.Hosts;

namespace Streams.Remoting;

/// <summary>A connection whose first bytes have been read already.</summary>
internal sealed class ReadAheadConnection(HostConnection connection, ReadOnlyMemory<byte> first) : HostConnection
{
    public override Stream FromHost { get; } = new ReadAheadStream(connection.FromHost, first);

    public override Stream ToHost => connection.ToHost;

    /// <summary>The connection below, for what only its kind can tell.</summary>
    public HostConnection Inner => connection;

    public override Task<HostConnectException> ExplainAsync(string stage, CancellationToken cancellationToken) =>
        connection.ExplainAsync(stage, cancellationToken);

    public override Task<bool> FarProgramHasEndedAsync() => connection.FarProgramHasEndedAsync();

    public override ValueTask DisposeAsync() => connection.DisposeAsync();

    private sealed class ReadAheadStream(Stream stream, ReadOnlyMemory<byte> first) : Stream
    {
        private ReadOnlyMemory<byte> _first = first;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _first.IsEmpty ? stream.ReadAsync(buffer, cancellationToken) : ValueTask.FromResult(TakeFirst(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) =>
            _first.IsEmpty ? stream.Read(buffer, offset, count) : TakeFirst(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int TakeFirst(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, _first.Length);
            _first.Span[..count].CopyTo(buffer);
            _first = _first[count..];
            return count;
        }
    }
}
