using Google.Protobuf;
using Streams.Wire;

namespace Streams.Remoting;

/// <summary>The blocks' connections to the sync server that travel over one link, and end with it: their owners make them anew.</summary>
internal sealed class AgentSyncChannels(AgentSyncServers servers, AgentLink link) : IChannelPeer
{
    /// <summary>More than any block needs; a host could open connections without end.</summary>
    private const int MostChannels = 1024;

    private readonly Lock _gate = new();

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private readonly Dictionary<ulong, RelayedChannel> _channels = [];

    /// <summary>A block has connected: joins it to the sync server of its collection. One that cannot be is refused before this returns, so
    /// that an agent that asks without end and does not read is not read any more either.</summary>
    public Task OpenAsync(ChannelOpen open)
    {
        var channel = new RelayedChannel(open.Channel, this);
        var connect = servers.Find(open.Worker);
        lock (_gate)
        {
            if (connect is not null && (_channels.Count >= MostChannels || !_channels.TryAdd(open.Channel, channel)))
                connect = null;
        }

        if (connect is null)
            return TrySendEndAsync(open.Channel);
        _ = RunAsync(open.Channel, channel, connect, link.Over);
        return Task.CompletedTask;
    }

    public void Receive(ChannelData data) => Find(data.Channel)?.Receive(data.Data);

    public void Receive(ChannelEnd end) => Find(end.Channel)?.ReceiveEnd();

    public void Receive(ChannelCredit credit) => Find(credit.Channel)?.ReceiveCredit(credit.Bytes);

    public ValueTask SendDataAsync(ulong channel, ByteString data) => new(link.SendAsync(new FromController { ChannelData = new ChannelData { Channel = channel, Data = data } }));

    public ValueTask SendEndAsync(ulong channel) => new(link.SendAsync(new FromController { ChannelEnd = new ChannelEnd { Channel = channel } }));

    public ValueTask SendCreditAsync(ulong channel, uint bytes) =>
        new(link.SendAsync(new FromController { ChannelCredit = new ChannelCredit { Channel = channel, Bytes = bytes } }));

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
