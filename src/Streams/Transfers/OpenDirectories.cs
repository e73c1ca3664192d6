using Microsoft.Win32.SafeHandles;
using Streams.Processes;

namespace Streams.Transfers;

/// <summary>The way from a transfer's root to the directory that is written to now. Each step is taken without following a link.</summary>
internal sealed class OpenDirectories(SafeFileHandle root, string path) : IDisposable
{
    private readonly List<(byte[] Name, SafeFileHandle Handle)> _below = [];

    /// <summary>The directory of this name, relative to the root.</summary>
    public SafeFileHandle Open(ReadOnlySpan<byte> name)
    {
        while (_below is [.., var (deepest, _)] && !name.SequenceEqual(deepest) && !EntryOrder.IsIn(name, deepest))
            Close();
        var reached = _below is [.., var last] ? last.Name.Length : 0;
        while (reached < name.Length)
        {
            var begin = reached == 0 ? 0 : reached + 1;
            var slash = name[begin..].IndexOf((byte)'/');
            reached = slash < 0 ? name.Length : begin + slash;
            var parent = _below is [.., var above] ? above.Handle : root;
            var opened = NativeMethods.OpenEntry(parent, name[begin..reached], NativeMethods.O_RDONLY | NativeMethods.O_DIRECTORY | NativeMethods.O_NOFOLLOW)
                ?? throw TransferException.OfLastError("cannot enter", TransferException.Show(path, name[..reached]));
            _below.Add((name[..reached].ToArray(), opened));
        }

        return _below is [.., var found] ? found.Handle : root;
    }

    public void Dispose()
    {
        while (_below.Count > 0)
            Close();
        root.Dispose();
    }

    private void Close()
    {
        _below[^1].Handle.Dispose();
        _below.RemoveAt(_below.Count - 1);
    }
}
