using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Streams.Agent;

/// <summary>The agent's private directory on its host: sockets, workers' output, blocks' files, the journal. Gone at the end.</summary>
internal sealed partial class RunDirectory : IDisposable
{
    private const uint OnlyOwner = 0x1C0; // 0700

    private RunDirectory(string root)
    {
        Root = root;
        Directory.CreateDirectory(Path.Combine(root, "out"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.Combine(root, "blocks"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Root { get; }

    public string AgentSocket => Path.Combine(Root, "agent.sock");

    public string WorkersSocket => Path.Combine(Root, "workers.sock");

    public string Journal => Path.Combine(Root, "journal");

    /// <summary>Makes a new one. mkdir fails on anything that is there already, which CreateDirectory does not.</summary>
    public static RunDirectory Create(string epoch)
    {
        var parent = Environment.GetEnvironmentVariable("TMPDIR") is { Length: > 0 } named && Directory.Exists(named) ? named : "/tmp";
        var root = Path.Combine(parent, $"streams-{epoch[..12]}");
        if (mkdir(root, OnlyOwner) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new IOException($"cannot make the private directory {root}: {new Win32Exception(error).Message}");
        }

        return new RunDirectory(root);
    }

    public string SyncSocket(int worker) => Path.Combine(Root, string.Create(CultureInfo.InvariantCulture, $"sync-{worker}.sock"));

    public string Output(int worker) => Path.Combine(Root, "out", string.Create(CultureInfo.InvariantCulture, $"{worker}.log"));

    /// <summary>A block's own directory; the block makes it on first use.</summary>
    public string Block(int worker, uint ordinal) => Path.Combine(Root, "blocks", string.Create(CultureInfo.InvariantCulture, $"{worker}-{ordinal}"));

    public void Dispose()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (IOException exception)
        {
            Console.Error.WriteLine($"the run directory {Root} could not be removed: {exception.Message}");
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdir(string path, uint mode);
}
