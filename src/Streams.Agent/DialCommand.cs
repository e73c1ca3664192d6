using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Streams.Supervision;

namespace Streams.Agent;

/// <summary>
/// Joins standard input and output to a running agent's socket, so that a new connection to the host reaches it. Where the
/// agent is dead, ends what it has left, and says so.
/// </summary>
internal static class DialCommand
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    /// <param name="directory">The agent's run directory.</param>
    /// <param name="mark">Begins the one line that is printed before the bytes of the agent, so that it is told from noise.</param>
    public static async Task<int> RunAsync(string directory, string mark)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using var limit = new CancellationTokenSource(ConnectLimit);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(directory, "agent.sock")), limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            await Console.Out.WriteLineAsync($"{mark} {await FindOutAsync(directory, exception).ConfigureAwait(false)}").ConfigureAwait(false);
            return 3;
        }

        await Console.Out.WriteLineAsync($"{mark} DIALED").ConfigureAwait(false);
        // Blocking copies on threads of their own: the cheapest relay there is. Each direction half-closes by itself.
        var up = new Thread(() => CopyUp(socket)) { IsBackground = true, Name = "to the agent" };
        up.Start();
        var down = new Thread(() => CopyDown(socket)) { Name = "from the agent" };
        down.Start();
        down.Join(); // the agent's end is the end: nobody is left to read what still comes
        return 0;
    }

    /// <summary>No agent answers. If it is certain that there is none any more, nothing of it is left either when this returns.</summary>
    private static async Task<string> FindOutAsync(string directory, Exception why)
    {
        if (!Directory.Exists(directory))
            return "BUSY its directory is gone";
        var boot = (await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id").ConfigureAwait(false)).Trim();
        if (AgentIdentity.Read(directory) is not { } identity || identity.IsAlive(boot))
            return $"BUSY {why.Message}";
        var left = boot == identity.Boot ? await Leftovers.EndAsync(identity.Leash, TimeProvider.System).ConfigureAwait(false) : new EndResult(0, []);
        if (left.Strays.Count > 0)
            return $"STRAYS its process is gone, and {string.Join(", ", left.Strays.Select(stray => $"{stray.ProcessId} ({stray.Command})"))} cannot be ended";
        FileTree.Remove(directory);
        return "GONE its process was ended from outside, or crashed";
    }

    private static void CopyUp(Socket socket)
    {
        using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        var buffer = new byte[64 * 1024];
        try
        {
            for (var count = input.Read(buffer); count > 0; count = input.Read(buffer))
                SendAll(socket, buffer.AsSpan(0, count));
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // The agent is gone; the other direction ends by itself.
        }
    }

    private static void CopyDown(Socket socket)
    {
        using var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        var buffer = new byte[64 * 1024];
        try
        {
            for (var count = socket.Receive(buffer); count > 0; count = socket.Receive(buffer))
                output.Write(buffer.AsSpan(0, count));
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // Nobody reads any more.
        }
    }

    private static void SendAll(Socket socket, ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
            data = data[socket.Send(data)..];
    }
}
