using Streams.Processes;
using Streams.Wire;

namespace Streams.Remoting;

/// <summary>
/// Takes in what an agent sends, over one link after another: each event once and in order, whichever link brings it.
/// </summary>
internal sealed class AgentInbox(AgentLease lease, AgentOrders orders, AgentWorkers workers, AgentSyncServers syncServers, Action<string> rebootRefused)
{
    private const int AcknowledgeAfterEvents = 32;
    private const int AcknowledgeAfterBytes = 256 * 1024;

    private int _unacknowledgedEvents;
    private int _unacknowledgedBytes;
    private bool _hasViolated;

    /// <summary>The newest event that was taken in.</summary>
    public ulong LastSequence { get; private set; }

    /// <summary>Receives until the link ends; never throws.</summary>
    public async Task<LinkEnd> ReceiveAsync(AgentLink link, string host)
    {
        (_unacknowledgedEvents, _unacknowledgedBytes) = (0, 0);
        var channels = new AgentSyncChannels(syncServers, link);
        try
        {
            while (await link.ReadAsync().ConfigureAwait(false) is { } message)
                await HandleAsync(link, channels, message).ConfigureAwait(false);
            return new LinkEnd("the agent ended the session");
        }
        catch (GrpcException exception) when (exception.Status != GrpcStatusCode.DataLoss && !exception.IsMalformed)
        {
            return new LinkEnd(PrintableText.CleanLine(exception.Detail));
        }
        catch (Exception exception)
        {
            // What the host sent was refused where it was to be used (a file name that would leave its directory), or we
            // have a mistake. Once a new link may help; what is sent again is no accident.
            var end = new LinkEnd($"what {host} sent could not be accepted: {PrintableText.CleanLine((exception as GrpcException)?.Detail ?? exception.Message)}", _hasViolated);
            _hasViolated = true;
            return end;
        }
    }

    private async ValueTask HandleAsync(AgentLink link, AgentSyncChannels channels, FromAgent message)
    {
        switch (message.KindCase)
        {
            case FromAgent.KindOneofCase.Event:
                TakeIn(message.Event);
                _unacknowledgedEvents++;
                _unacknowledgedBytes += message.CalculateSize();
                if (_unacknowledgedEvents >= AcknowledgeAfterEvents || _unacknowledgedBytes >= AcknowledgeAfterBytes)
                    await AcknowledgeAsync(link).ConfigureAwait(false);
                break;
            case FromAgent.KindOneofCase.Heartbeat:
                lease.Hear(message.Heartbeat.AgentTimeMs);
                await link.SendAsync(new FromController { Renew = new Renew { AgentTimeMs = message.Heartbeat.AgentTimeMs } }).ConfigureAwait(false);
                if (_unacknowledgedEvents > 0)
                    await AcknowledgeAsync(link).ConfigureAwait(false);
                break;
            case FromAgent.KindOneofCase.ChannelOpen: await channels.OpenAsync(message.ChannelOpen).ConfigureAwait(false); break;
            case FromAgent.KindOneofCase.ChannelData: channels.Receive(message.ChannelData); break;
            case FromAgent.KindOneofCase.ChannelEnd: channels.Receive(message.ChannelEnd); break;
            case FromAgent.KindOneofCase.ChannelCredit: channels.Receive(message.ChannelCredit); break;
            case FromAgent.KindOneofCase.Fenced: throw new GrpcException(GrpcStatusCode.Aborted, "a newer connection of this run has taken over");
            default: throw new GrpcException(GrpcStatusCode.DataLoss, $"the agent sent {message.KindCase} out of place");
        }
    }

    private void TakeIn(AgentEvent happened)
    {
        if (happened.Sequence != LastSequence + 1)
            throw new GrpcException(GrpcStatusCode.DataLoss, $"the agent sent event {happened.Sequence} after event {LastSequence}");
        workers.Receive(happened);
        orders.Confirm(happened);
        if (happened.RebootRefused is { } refused)
            rebootRefused(PrintableText.CleanLine(refused.Why));
        LastSequence = happened.Sequence;
    }

    private Task AcknowledgeAsync(AgentLink link)
    {
        (_unacknowledgedEvents, _unacknowledgedBytes) = (0, 0);
        return link.SendAsync(new FromController { Acknowledge = new Acknowledge { Sequence = LastSequence } });
    }
}
