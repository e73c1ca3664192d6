using System.Net.Sockets;
using System.Text;
using Streams.Sync.Protocol;

namespace Streams.Sync.Client;

/// <summary>
/// One command's connection through a relay. Its own HELLO, which may only name it, is replaced by one with the token;
/// a command that does not greet is greeted for. After that bytes pass both ways unread.
/// </summary>
internal sealed class RelayedConnection(
    Stream command,
    Func<CancellationToken, ValueTask<Stream>> connect,
    Func<string?, bool, string> hello,
    CancellationToken stopping)
{
    public async Task RunAsync()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            await using (command.ConfigureAwait(false))
            {
                var server = await connect(ending.Token).ConfigureAwait(false);
                await using (server.ConfigureAwait(false))
                    await PumpAsync(server, ending).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // The command's connection ended in one of many ways; the command sees its end, nobody else is concerned.
        }
    }

    private async Task PumpAsync(Stream server, CancellationTokenSource ending)
    {
        var greeting = await ReadLineAsync(server, ending.Token).ConfigureAwait(false);
        await command.WriteAsync(greeting, ending.Token).ConfigureAwait(false);
        var first = await ReadLineAsync(command, ending.Token).ConfigureAwait(false);
        var text = Encoding.Latin1.GetString(first).TrimEnd('\r', '\n');
        var isHello = text.StartsWith("HELLO ", StringComparison.OrdinalIgnoreCase);
        var words = text.Split(' ');
        var named = isHello && words.Length > 2 && Word.TryName(Encoding.Latin1.GetBytes(words[2]), out var name) ? name : null;
        await server.WriteAsync(Encoding.ASCII.GetBytes(hello(named, !isHello || words.Contains("manual"))), ending.Token).ConfigureAwait(false);
        if (!isHello)
        {
            var answer = await ReadLineAsync(server, ending.Token).ConfigureAwait(false);
            if (!answer.AsSpan().StartsWith("OK "u8))
                await command.WriteAsync(answer, ending.Token).ConfigureAwait(false);
            await server.WriteAsync(first, ending.Token).ConfigureAwait(false);
        }
        var down = CopyAsync(server, command, ending.Token);
        await CopyAsync(command, server, ending.Token).ConfigureAwait(false);
        // The command may have closed its sending side only and still wait for the answer.
        if (server is NetworkStream network)
            network.Socket.Shutdown(SocketShutdown.Send);
        await down.ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        try
        {
            await from.CopyToAsync(to, 4096, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Reset by one side: the same as its end.
        }
    }

    /// <summary>One line, byte by byte, so that nothing behind it is taken away from the pump.</summary>
    private static async Task<byte[]> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (line.Count <= SyncLimits.MaxLine)
        {
            if (await stream.ReadAsync(one, cancellationToken).ConfigureAwait(false) == 0)
                break;
            line.Add(one[0]);
            if (one[0] == '\n')
                return [.. line];
        }
        return line.Count > 0 && line.Count <= SyncLimits.MaxLine ? [.. line, (byte)'\n'] : throw new EndOfStreamException();
    }
}
