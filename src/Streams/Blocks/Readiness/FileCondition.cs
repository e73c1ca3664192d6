using Streams.Blocks.Commands;
using Streams.Processes;

namespace Streams.Blocks.Readiness;

/// <summary>
/// A file (socket, directory) is there. One that was there before, left from an earlier run perhaps, counts once it has been
/// written anew.
/// </summary>
internal sealed class FileCondition : IReadyCondition
{
    private readonly string _path;

    /// <summary>When it was written before the command started; null: it was not there.</summary>
    private readonly DateTime? _before;

    public FileCondition(string path)
    {
        _path = Path.GetFullPath(path);
        _before = Written();
    }

    public string Description => $"the file {_path}";

    public string? Evidence => _before is not null && Written() == _before ? $"The file {_path} was there before the command was started, and has not been written since." : null;

    public bool IsMet(ProcessIdentity command, LineLog lines) => Written() is { } written && written != _before;

    private DateTime? Written() => Path.Exists(_path) ? File.GetLastWriteTimeUtc(_path) : null;
}
