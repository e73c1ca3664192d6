using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Streams.Workers;

/// <summary>The worker's descriptor 1: an append-only file in which each block's output begins and ends at an offset.</summary>
internal sealed class WorkerOutput : IDisposable
{
    private readonly SafeFileHandle _descriptor = new(1, ownsHandle: false);
    private volatile bool _consoleIsLoaded;

    public WorkerOutput()
    {
        AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) => _consoleIsLoaded |= loaded.LoadedAssembly.GetName().Name == "System.Console";
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
            _consoleIsLoaded |= assembly.GetName().Name == "System.Console";
    }

    /// <summary>The output's size after everything that the block printed. 0 if the descriptor is no file.</summary>
    public long Offset()
    {
        if (_consoleIsLoaded)
            FlushConsole();
        try
        {
            return RandomAccess.GetLength(_descriptor);
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException or UnauthorizedAccessException)
        {
            // Started by hand, with a terminal or a pipe: there are no offsets.
            return 0;
        }
    }

    public void Dispose() => _descriptor.Dispose();

    /// <summary>A method of its own: a worker whose blocks do not print never loads the console.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FlushConsole()
    {
        try
        {
            Console.Out.Flush();
            Console.Error.Flush();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The block replaced or closed it: its own affair.
        }
    }
}
