using Microsoft.Win32.SafeHandles;
using Streams.Processes;

namespace Streams.Blocks.Commands;

/// <summary>The descriptors of a command that is about to start. Closes those that nobody has taken.</summary>
internal sealed class CommandPipes : IDisposable
{
    private readonly List<int> _open = [];
    private readonly int _input = -1;
    private readonly int _output;
    private readonly int _error;

    /// <exception cref="CommandFailedException">This process has too many files open.</exception>
    public CommandPipes(bool hasInput)
    {
        (_output, ChildOutput) = Pipe();
        (_error, ChildError) = Pipe();
        if (hasInput)
            (ChildInput, _input) = Pipe();
        else
            _open.Add(ChildInput = NativeMethods.Open("/dev/null", NativeMethods.O_RDONLY | NativeMethods.O_CLOEXEC, 0));
    }

    public int ChildInput { get; }

    public int ChildOutput { get; }

    public int ChildError { get; }

    /// <summary>Where the command's standard input is written; null: it has none.</summary>
    public SafeFileHandle? TakeInput()
    {
        _open.Remove(_input);
        return _input < 0 ? null : new SafeFileHandle(_input, ownsHandle: true);
    }

    /// <summary>Where its standard output and error are read.</summary>
    public (int Output, int Error) TakeOutputs()
    {
        _open.RemoveAll(descriptor => descriptor == _output || descriptor == _error);
        return (_output, _error);
    }

    public void Dispose()
    {
        foreach (var descriptor in _open)
            _ = NativeMethods.Close(descriptor);
        _open.Clear();
    }

    private (int Read, int Write) Pipe()
    {
        if (!NativeMethods.TryMakePipe(out var read, out var write))
        {
            Dispose();
            throw new IOException("no pipe could be made for it: this process has too many files open");
        }

        _open.AddRange([read, write]);
        return (read, write);
    }
}
