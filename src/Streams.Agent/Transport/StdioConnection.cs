using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Win32.SafeHandles;

namespace Streams.Agent.Transport;

/// <summary>
/// The connection over standard input and output. Read by a thread of its own that blocks in read(), the fastest way for
/// pipes; written in place when the pipe has room, else from the pool.
/// </summary>
internal sealed class StdioConnection : AbortableConnection
{
    private readonly FileStream _input = new(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0, isAsync: false);

    /// <summary>What was read and not yet parsed. A full pipe stops the reading, and so the peer.</summary>
    private readonly Pipe _incoming = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 1024 * 1024, resumeWriterThreshold: 512 * 1024, useSynchronizationContext: false));

    private readonly TaskCompletionSource _inputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StdioConnection()
        : base("stdio")
    {
        Transport = new PipePair(_incoming.Reader, PipeWriter.Create(new StandardOutputStream()));
        new Thread(ReadInput) { IsBackground = true, Name = "stdin" }.Start();
    }

    /// <summary>Completes when the other side has closed its end, or it cannot be read any more.</summary>
    public Task InputEnded => _inputEnded.Task;

    private void ReadInput()
    {
        try
        {
            while (true)
            {
                var count = _input.Read(_incoming.Writer.GetSpan(32 * 1024));
                if (count == 0)
                    break;
                _incoming.Writer.Advance(count);
                var flush = _incoming.Writer.FlushAsync();
                var result = flush.IsCompletedSuccessfully ? flush.Result : flush.AsTask().GetAwaiter().GetResult();
                if (result.IsCompleted)
                    break;
            }
        }
        catch (IOException)
        {
            // As good as the end of input.
        }

        _incoming.Writer.Complete();
        _inputEnded.TrySetResult();
    }
}
