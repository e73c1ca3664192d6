using System.Globalization;
using Google.Protobuf;
using Streams.Agent.Grpc;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>One attachment of the controller: what is sent over it, and the channels that live as long as it does.</summary>
internal sealed class AgentSession : IChannelPeer, IDisposable
{
    private static readonly TimeSpan FenceLimit = TimeSpan.FromSeconds(1);

    private readonly GrpcServerCall _call;
    private readonly CancellationTokenSource _over;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private readonly Dictionary<ulong, RelayedChannel> _channels = [];
    private ulong _lastChannel;

    /// <summary>When something last came from the controller.</summary>
    private long _heard;

    public AgentSession(GrpcServerCall call, ulong connection, TimeProvider time)
    {
        _call = call;
        _time = time;
        _heard = time.GetTimestamp();
        Connection = connection;
        _over = CancellationTokenSource.CreateLinkedTokenSource(call.Ended);
    }

    /// <summary>The controller's number of this connection; a higher one fences it.</summary>
    public ulong Connection { get; }

    /// <summary>Cancelled when the session has ended, by whatever side.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>The controller's next message; null when it has half-closed.</summary>
    public async ValueTask<FromController?> ReadAsync()
    {
        var message = await _call.ReadAsync(FromController.Parser, Over).ConfigureAwait(false);
        Volatile.Write(ref _heard, _time.GetTimestamp());
        return message;
    }

    public async Task SendAsync(FromAgent message)
    {
        await _writing.WaitAsync(Over).ConfigureAwait(false);
        try
        {
            _call.Write(message);
            await _call.FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Sends the events after this one, and those that come, until the session ends.</summary>
    public async Task SendEventsAsync(EventLog events, ulong after)
    {
        while (true)
        {
            var batch = await events.ReadAfterAsync(after, Over).ConfigureAwait(false);
            await _writing.WaitAsync(Over).ConfigureAwait(false);
            try
            {
                foreach (var happened in batch)
                    _call.Write(new FromAgent { Event = happened });
                await _call.FlushAsync().ConfigureAwait(false);
            }
            finally
            {
                _writing.Release();
            }

            after = batch[^1].Sequence;
        }
    }

    public async Task SendHeartbeatsAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, _time);
        while (await timer.WaitForNextTickAsync(Over).ConfigureAwait(false))
            await SendAsync(new FromAgent { Heartbeat = new Heartbeat { AgentTimeMs = AgentNativeMethods.BootTimeMilliseconds() } }).ConfigureAwait(false);
    }

    /// <summary>Ends the session when nothing came for so long: heartbeats are answered, so the link is open on one side only.</summary>
    public async Task WatchSilenceAsync(TimeSpan limit)
    {
        using var timer = new PeriodicTimer(limit / 4, _time);
        while (await timer.WaitForNextTickAsync(Over).ConfigureAwait(false))
        {
            var silent = _time.GetElapsedTime(Volatile.Read(ref _heard));
            if (silent < limit)
                continue;
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"nothing came over connection {Connection} for {silent.TotalSeconds:0.0} s: it is given up; the run goes on")).ConfigureAwait(false);
            End();
            _call.AbortConnection();
            return;
        }
    }

    /// <summary>A newer connection has taken over: says so, and ends the older one.</summary>
    public async Task FenceAsync(ulong byConnection)
    {
        try
        {
            await SendAsync(new FromAgent { Fenced = new Fenced { ByConnection = byConnection } }).WaitAsync(FenceLimit, _time).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or TimeoutException or ObjectDisposedException)
        {
            // The old connection is dead anyway; that is why there is a new one.
        }

        End();
        await Task.Delay(FenceLimit, _time).ConfigureAwait(false); // for its last words
        _call.AbortConnection();
    }

    public void End()
    {
        try
        {
            _over.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended, and its call with it.
        }
    }

    /// <summary>Joins a block's connection to the controller's sync server, until both sides have ended it.</summary>
    public async Task RelayAsync(string worker, Stream connection)
    {
        RelayedChannel channel;
        ulong number;
        lock (_gate)
        {
            number = ++_lastChannel;
            channel = new RelayedChannel(number, this);
            _channels.Add(number, channel);
        }

        try
        {
            await SendAsync(new FromAgent { ChannelOpen = new ChannelOpen { Channel = number, Worker = worker } }).ConfigureAwait(false);
            await channel.RunAsync(connection, Over).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            await TrySendEndAsync(number).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
                _channels.Remove(number);
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Receive(ChannelData data) => Find(data.Channel)?.Receive(data.Data);

    public void Receive(ChannelEnd end) => Find(end.Channel)?.ReceiveEnd();

    public void Receive(ChannelCredit credit) => Find(credit.Channel)?.ReceiveCredit(credit.Bytes);

    public ValueTask SendDataAsync(ulong channel, ByteString data) => new(SendAsync(new FromAgent { ChannelData = new ChannelData { Channel = channel, Data = data } }));

    public ValueTask SendEndAsync(ulong channel) => new(SendAsync(new FromAgent { ChannelEnd = new ChannelEnd { Channel = channel } }));

    public ValueTask SendCreditAsync(ulong channel, uint bytes) =>
        new(SendAsync(new FromAgent { ChannelCredit = new ChannelCredit { Channel = channel, Bytes = bytes } }));

    public void Dispose()
    {
        End();
        _over.Dispose();
    }

    private async Task TrySendEndAsync(ulong channel)
    {
        try
        {
            await SendEndAsync(channel).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The session itself has ended, and all its channels with it.
        }
    }

    /// <summary>Null for a channel that has ended: messages may cross with its end.</summary>
    private RelayedChannel? Find(ulong channel)
    {
        lock (_gate)
            return _channels.GetValueOrDefault(channel);
    }
}
