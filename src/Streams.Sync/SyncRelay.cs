using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Streams.Sync.Client;
using Streams.Sync.Protocol;
using Streams.Sync.Serving;

namespace Streams.Sync;

/// <summary>
/// A private socket for the commands and scripts of one block: each connection becomes a party of its own under the
/// block's name, greeted with the token that the command does not know.
/// </summary>
public sealed class SyncRelay : IAsyncDisposable
{
    private readonly SyncRelayOptions _options;
    private readonly Socket _listener;
    private readonly ConcurrentDictionary<RelayedConnection, Task> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private int _commands;
    private int _isDisposed;

    private SyncRelay(SyncRelayOptions options, Socket listener, string address)
    {
        _options = options;
        _listener = listener;
        Address = address;
        _accepting = AcceptAsync();
    }

    /// <summary>What commands get as STREAMS_SYNC: <c>unix:/path</c>.</summary>
    public string Address { get; }

    /// <summary>Starts a relay that listens when this returns.</summary>
    public static Task<SyncRelay> StartAsync(SyncRelayOptions options, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (options.Connect is null)
            Dialer.Check(options.Address);
        var (listener, address) = Listener.Open(options.UnixSocketPath, port: 0);
        return Task.FromResult(new SyncRelay(options, listener, address));
    }

    /// <summary>Closes the socket and all connections of commands.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_connections.Values).ConfigureAwait(false);
        Listener.Remove(Address);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var command = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                var connection = new RelayedConnection(new NetworkStream(command, ownsSocket: true), Upstream, Hello, _stopping.Token);
                var running = connection.RunAsync();
                _connections[connection] = running;
                _ = running.ContinueWith(_ => _connections.TryRemove(connection, out var _), TaskScheduler.Default);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The command was gone again, or there are no descriptors for now.
                await Task.Delay(TimeSpan.FromMilliseconds(10)).ConfigureAwait(false);
            }
        }
    }

    private ValueTask<Stream> Upstream(CancellationToken cancellationToken) =>
        _options.Connect is { } connect ? connect(cancellationToken) : Dialer.ConnectAsync(_options.Address, cancellationToken);

    /// <summary>The greeting that a command's connection gets: a name of its own, or <c>cmd</c> and a number.</summary>
    private string Hello(string? named, bool isManual)
    {
        var name = $"{_options.Party}/{named ?? $"cmd{Interlocked.Increment(ref _commands)}"}";
        var hello = new StringBuilder("HELLO 1 ").Append(Word.Encode(name)).Append(" parent=").Append(Word.Encode(_options.Party));
        if (_options.Token is { } token)
            hello.Append(" token=").Append(token);
        if (_options.Collection is { } collection)
            hello.Append(" collection=").Append(Word.Encode(collection));
        return hello.Append(isManual ? " manual\n" : "\n").ToString();
    }
}
