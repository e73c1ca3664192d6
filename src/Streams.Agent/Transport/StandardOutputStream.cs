using Microsoft.Win32.SafeHandles;

namespace Streams.Agent.Transport;

/// <summary>
/// Writes to descriptor 1. A small write into a pipe that has room cannot block (PIPE_BUF) and is done in place: the way
/// over the pool costs tens of microseconds. Any other write may block for as long as the peer does not read.
/// </summary>
internal sealed class StandardOutputStream : Stream
{
    private const int PipeBuf = 4096;

    private readonly FileStream _output = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0, isAsync: false);

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > PipeBuf || !AgentNativeMethods.HasRoom(1))
            return new ValueTask(Task.Run(() => _output.Write(buffer.Span), CancellationToken.None));
        _output.Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => _output.Write(buffer, offset, count);

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _output.Dispose();
        base.Dispose(disposing);
    }
}
