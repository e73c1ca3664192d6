using System.Globalization;
using System.Text;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>
/// What became of each block, one line each, append-only; written before the matching message is sent, so that whoever
/// finds it knows at least as much as the controller was told. It survives kill -9 without being synced.
/// </summary>
internal sealed class Journal(string path) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file = new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Share = FileShare.Read,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    /// <summary>Taken on; nothing of it has run.</summary>
    public void Accepted(string block, string digest) => Write($"ACCEPT {block} {digest}");

    /// <summary>From here on it may have run.</summary>
    public void Started(string block, int worker) => Write(string.Create(CultureInfo.InvariantCulture, $"START {block} {worker}"));

    /// <summary>It no longer runs; this is what it said, if it said something.</summary>
    public void Ended(string block, BlockEnded ended) => Write($"END {block} {ended.Finished?.Outcome.ToString() ?? "none"}");

    public void Dispose() => _file.Dispose();

    private void Write(string line)
    {
        lock (_gate)
            _file.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }
}
