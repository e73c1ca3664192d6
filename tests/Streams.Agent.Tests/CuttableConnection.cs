using Streams.Hosts;

namespace Streams.Agent.Tests;

/// <summary>How a link is cut.</summary>
public enum Cut
{
    /// <summary>Both directions fail at once.</summary>
    Reset,

    /// <summary>Nothing comes and nothing arrives any more, and nobody says so.</summary>
    Silence,

    /// <summary>Only what comes from the host is lost: a half-open link.</summary>
    HalfOpen,
}

/// <summary>A connection that breaks when a test says so, or after so many bytes to the host.</summary>
internal sealed class CuttableConnection : HostConnection
{
    private readonly HostConnection _inner;
    private readonly TaskCompletionSource<Cut> _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CuttableConnection(HostConnection inner)
    {
        _inner = inner;
        FromHost = new CuttableStream(this, inner.FromHost);
        ToHost = new CuttableStream(this, inner.ToHost);
    }

    public override Stream FromHost { get; }

    public override Stream ToHost { get; }

    /// <summary>Bytes that still pass to the host before the connection is reset, in the middle of a write if need be.</summary>
    public long? BytesLeft { get; set; }

    public long BytesSent { get; private set; }

    public void Cut(Cut how) => _cut.TrySetResult(how);

    public override Task<HostConnectException> ExplainAsync(string stage, CancellationToken cancellationToken) => _inner.ExplainAsync(stage, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        _disposed.TrySetResult();
        await _inner.DisposeAsync();
    }

    private sealed class CuttableStream(CuttableConnection owner, Stream stream) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!owner._cut.Task.IsCompleted)
            {
                var copy = new byte[buffer.Length];
                var reading = stream.ReadAsync(copy, cancellationToken).AsTask();
                if (await Task.WhenAny(reading, owner._cut.Task).WaitAsync(cancellationToken) == reading)
                {
                    var count = await reading;
                    copy.AsMemory(0, count).CopyTo(buffer);
                    return count;
                }
            }

            if (await owner._cut.Task != Tests.Cut.Reset)
                await owner._disposed.Task.WaitAsync(cancellationToken);
            throw new IOException("the link was cut");
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (owner._cut.Task is { IsCompletedSuccessfully: true, Result: var how } && how != Tests.Cut.HalfOpen)
            {
                if (how == Tests.Cut.Reset)
                    throw new IOException("the link was cut");
                return; // into the void
            }

            var passing = owner.BytesLeft is { } left ? buffer[..(int)Math.Min(left, buffer.Length)] : buffer;
            await stream.WriteAsync(passing, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            owner.BytesSent += passing.Length;
            owner.BytesLeft -= passing.Length;
            if (passing.Length == buffer.Length)
                return;
            owner.Cut(Tests.Cut.Reset);
            throw new IOException("the link was cut");
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
