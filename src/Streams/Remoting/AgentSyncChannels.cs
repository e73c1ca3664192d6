using Google.Protobuf;
using Streams.Wire;

namespace Streams.Remoting;

/// <summary>The blocks' connections to the sync server that travel in one agent's session.</summary>
internal sealed class AgentSyncChannels(Func<FromController, Task> send) : IChannelPeer
{
    /// <summary>More than any block needs; a host could open connections without end.</summary>
    private const int MostChannels = 1024;

    private readonly Lock _gate = new();

    /// <summary>How to reach the sync server of a worker's collection. Guarded by <see cref="_gate"/>, as all below.</summary>
    private readonly Dictionary<string, Func<CancellationToken, Task<Stream>>> _servers = [];
    private readonly Dictionary<ulong, RelayedChannel> _channels = [];

    public void Register(string worker, Func<CancellationToken, Task<Stream>> connect)
    {
        lock (_gate)
            _servers.Add(worker, connect);
    }

    public void Unregister(string worker)
    {
        lock (_gate)
            _servers.Remove(worker);
    }

    /// <summary>A block has connected: joins it to the sync server of its collection.</summary>
    public void Open(ChannelOpen open, CancellationToken cancellationToken)
    {
        var channel = new RelayedChannel(open.Channel, this);
        Func<CancellationToken, Task<Stream>>? connect;
        lock (_gate)
        {
            if (!_servers.TryGetValue(open.Worker, out connect) || _channels.Count >= MostChannels || !_channels.TryAdd(open.Channel, channel))
                connect = null;
        }

        _ = connect is null ? TrySendEndAsync(open.Channel) : RunAsync(open.Channel, channel, connect, cancellationToken);
    }

    public void Receive(ChannelData data) => Find(data.Channel)?.Receive(data.Data);

    public void Receive(ChannelEnd end) => Find(end.Channel)?.ReceiveEnd();

    public void Receive(ChannelCredit credit) => Find(credit.Channel)?.ReceiveCredit(credit.Bytes);

    public ValueTask SendDataAsync(ulong channel, ByteString data) => new(send(new FromController { ChannelData = new ChannelData { Channel = channel, Data = data } }));

    public ValueTask SendEndAsync(ulong channel) => new(send(new FromController { ChannelEnd = new ChannelEnd { Channel = channel } }));

    public ValueTask SendCreditAsync(ulong channel, uint bytes) =>
        new(send(new FromController { ChannelCredit = new ChannelCredit { Channel = channel, Bytes = bytes } }));

    private async Task RunAsync(ulong number, RelayedChannel channel, Func<CancellationToken, Task<Stream>> connect, CancellationToken cancellationToken)
    {
        try
        {
            var server = await connect(cancellationToken).ConfigureAwait(false);
            await channel.RunAsync(server, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Whatever broke it, the block sees its connection end, and its sync client says what that means.
            await TrySendEndAsync(number).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
                _channels.Remove(number);
        }
    }

    private async Task TrySendEndAsync(ulong channel)
    {
        try
        {
            await SendEndAsync(channel).ConfigureAwait(false);
        }
        catch (GrpcException)
        {
            // The session itself has ended, and all its channels with it.
        }
    }

    private RelayedChannel? Find(ulong channel)
    {
        lock (_gate)
            return _channels.GetValueOrDefault(channel);
    }
}
