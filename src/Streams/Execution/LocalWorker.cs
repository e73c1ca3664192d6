using Microsoft.Win32.SafeHandles;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>A living worker process on this machine.</summary>
internal sealed record LocalWorker(string Id, WorkerChannel Channel, string OutputPath, SafeFileHandle Output) : IDisposable
{
    public Hello Hello => Channel.Hello;

    /// <summary>The block that ran in it last and ended by itself; null: none yet.</summary>
    public string? LastBlock { get; set; }

    public void Dispose()
    {
        Channel.Dispose();
        Output.Dispose();
        try
        {
            File.Delete(OutputPath);
        }
        catch (IOException)
        {
            // The whole directory went first, with the run.
        }
    }
}
