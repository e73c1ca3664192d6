using System.Globalization;
using Streams.Hosts;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Remoting;

/// <summary>
/// Makes new connections to an agent whose connection was lost, until one holds or nothing of the agent can run any more.
/// Of one life of a connection; one search at a time.
/// </summary>
internal sealed class AgentReattachment(AgentConnectionOptions options, AgentLease lease, string epoch, string boot)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstLimit = TimeSpan.FromSeconds(3);

    private readonly IAgentReconnector _reconnector = options.Reconnector!;
    private ulong _number = 1;

    /// <summary>When the last link was made, and how many in a row did not hold.</summary>
    private long _linkedAt;
    private int _shortLived;

    /// <summary>A new link that is the run's session, or why there will be none.</summary>
    /// <param name="why">Why the last link ended, escaped.</param>
    /// <param name="attach">The attachment but for its connection's number.</param>
    /// <param name="reboot">True while the host is to be started anew: then it may take any time.</param>
    /// <param name="cancellationToken">Ends the search: nobody needs the agent any more.</param>
    public async Task<(AgentLink? Link, AgentLoss? Loss)> RunAsync(string why, AttachRun attach, Func<bool> reboot, CancellationToken cancellationToken)
    {
        var last = why;
        // An agent that takes every link and drops it at once must not keep us busy.
        _shortLived = _linkedAt != 0 && options.Time.GetElapsedTime(_linkedAt) < FirstLimit ? _shortLived + 1 : 0;
        if (_shortLived > 1)
            await PauseAsync(_shortLived, cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            var left = reboot() ? Timeout.InfiniteTimeSpan : lease.UntilCertain;
            if (left != Timeout.InfiniteTimeSpan && left <= TimeSpan.Zero)
                return (null, LeaseEnded(why, attempt, last));
            try
            {
                var (link, loss) = await TryAsync(attach, reboot, Limit(attempt, left), cancellationToken).ConfigureAwait(false);
                if (link is not null || loss is not null)
                    return (link, loss);
                last = "the host has not gone down yet";
            }
            catch (HostConnectException exception) when (IsFinal(exception.Failure) && !reboot())
            {
                await Task.Delay(left, options.Time, cancellationToken).ConfigureAwait(false);
                return (null, LeaseEnded(why, attempt + 1, FirstLine(exception.Message)));
            }
            catch (Exception exception) when (exception is StreamsException or GrpcException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                last = exception is OperationCanceledException ? "no answer in time" : FirstLine(exception.Message);
            }

            await PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(AgentLink? Link, AgentLoss? Loss)> TryAsync(AttachRun attach, Func<bool> reboot, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, options.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var found = await _reconnector.ReconnectAsync(linked.Token).ConfigureAwait(false);
        if (found.Boot.Length > 0 && found.Boot != boot)
        {
            if (found.Connection is { } stranger)
                await stranger.DisposeAsync().ConfigureAwait(false);
            return (null, reboot()
                ? new AgentLoss(AgentLossKind.Rebooted, $"{options.Host} was started anew, as was asked for")
                : new AgentLoss(AgentLossKind.HostRebooted, $"{options.Host} was rebooted (its boot id changed)"));
        }

        if (found.Connection is null && !found.IsGone)
            throw new GrpcException(GrpcStatusCode.Unavailable, $"the host answers, the agent does not: {found.Words}");
        if (found.Connection is null)
            return (null, reboot() ? null : await AgentEndedAsync(found.Words, linked.Token).ConfigureAwait(false));
        var link = new AgentLink(found.Connection, ++_number, options.Time);
        try
        {
            attach.Connection = link.Number;
            attach.AgentTimeMs = lease.AgentTime;
            var attached = await link.AttachAsync(attach).WaitAsync(linked.Token).ConfigureAwait(false);
            if (attached.Epoch != epoch || attached.Boot != boot)
                throw new GrpcException(GrpcStatusCode.Aborted, "another agent answers there");
            lease.Hear(attached.AgentTimeMs);
            _linkedAt = options.Time.GetTimestamp();
            return (link, null);
        }
        catch
        {
            link.End("it could not be attached");
            _ = link.DisposeAsync().AsTask(); // its process may take seconds
            throw;
        }
    }

    private async Task<AgentLoss> AgentEndedAsync(string how, CancellationToken cancellationToken)
    {
        var said = await _reconnector.LastWordsAsync(cancellationToken).ConfigureAwait(false);
        return new AgentLoss(
            AgentLossKind.AgentEnded,
            $"the agent on {options.Host} has ended: {how}{(said.Length > 0 ? $" (its last messages: {said.ReplaceLineEndings(" / ")})" : "")}");
    }

    private AgentLoss LeaseEnded(string why, int attempts, string last) => new(AgentLossKind.LeaseEnded, string.Create(
        CultureInfo.InvariantCulture,
        $"the link to {options.Host} was lost ({why}) and did not come back within the lease of {lease.Length.TotalSeconds:0.#} s (attempts: {attempts}; the last: {last})"));

    /// <summary>Trying these again could lock an account, and would change nothing.</summary>
    private static bool IsFinal(HostFailure failure) =>
        failure is HostFailure.LoginDenied or HostFailure.KeyLocked or HostFailure.HostKeyChanged or HostFailure.HostKeyUnknown or HostFailure.ConnectorUnavailable;

    /// <summary>Short at first, for packets to a host that just came back are repeated ever more seldom; longer later, for slow links.</summary>
    private TimeSpan Limit(int attempt, TimeSpan left)
    {
        var limit = FirstLimit * Math.Min(1 << Math.Min(attempt, 3), options.AttachLimit / FirstLimit);
        return left != Timeout.InfiniteTimeSpan && left < limit ? left : limit;
    }

    private async Task PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        var pause = FirstPause * (1 << Math.Min(attempt, 6));
        pause = pause < LongestPause ? pause : LongestPause;
        // Many controllers that lost one host at the same moment must not come back at the same moment.
        await Task.Delay(pause * (0.5 + (0.5 * Random.Shared.NextDouble())), options.Time, cancellationToken).ConfigureAwait(false);
    }

    private static string FirstLine(string message) => PrintableText.CleanLine(message.Split('\n')[0]);
}
