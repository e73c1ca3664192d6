using Streams.Processes;
using Streams.Remoting.Grpc;
using Streams.Transfers;
using Streams.Wire;

namespace Streams.Remoting;

/// <summary>
/// An upload or download through an agent, over as many links as it takes: after a cut it goes on where the receiver is.
/// Calls of their own on the connection that is there, so that blocks and heartbeats do not wait behind the files.
/// </summary>
internal sealed class AgentTransfer(AgentConnection connection)
{
    private const int PartsPerReport = 8;
    private const int MostFailures = 5;

    /// <summary>As long as a path can be, and what is said of it.</summary>
    private const int MostText = 8192;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly string _id = RandomText.Hex(16);
    private FileTransfer _transfer = null!;
    private Action<TransferProgress> _report = null!;
    private TransferTotals _totals = new();

    /// <exception cref="TransferException">The files cannot be read or written, here or there.</exception>
    /// <exception cref="StreamsException">The agent is lost.</exception>
    public async Task<TransferDone> RunAsync(FileTransfer transfer, Action<TransferProgress> report, CancellationToken stop)
    {
        (_transfer, _report) = (transfer, report);
        using var target = transfer.Upload ? null : new TransferTarget(transfer.Local);
        try
        {
            return await RunAsync(target, stop).ConfigureAwait(false);
        }
        catch (Exception exception) when (transfer.Upload && exception is not StreamsException)
        {
            await AbandonAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<TransferDone> RunAsync(TransferTarget? target, CancellationToken stop)
    {
        for (var failures = 0; ;)
        {
            if (await connection.LinkAsync(stop).ConfigureAwait(false) is not { } link)
                throw new StreamsException((await connection.Lost.ConfigureAwait(false)).Reason);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, link.Over);
            try
            {
                return await (target is null ? UploadAsync(link, over) : DownloadAsync(link, target, over.Token)).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is GrpcException or OperationCanceledException)
            {
                stop.ThrowIfCancellationRequested();
                if (await EndsSoonAsync(link, stop).ConfigureAwait(false))
                    continue;
                if (++failures >= MostFailures || exception is not GrpcException { Status: GrpcStatusCode.Unavailable or GrpcStatusCode.Aborted })
                    throw new TransferException($"the agent on {connection.Host} gave it up: {exception.Message}");
            }
        }
    }

    private async Task<TransferDone> DownloadAsync(AgentLink link, TransferTarget target, CancellationToken over)
    {
        var call = link.OpenTransfer(over);
        await using var ended = call.ConfigureAwait(false);
        var begin = NewBegin(link);
        (begin.Path, begin.From) = (_transfer.Remote, target.Position);
        await call.WriteAsync(new TransferPart { Begin = begin }).ConfigureAwait(false);
        for (var parts = 0; ; parts++)
        {
            var part = await ReadAsync(call).ConfigureAwait(false);
            target.Receive(part.Items);
            _totals = target.Totals;
            if (parts % PartsPerReport == 0 || part.End)
                Report(target.Position);
            if (part.End)
                return target.Finish();
        }
    }

    private async Task<TransferDone> UploadAsync(AgentLink link, CancellationTokenSource over)
    {
        var call = link.OpenTransfer(over.Token);
        await using var ended = call.ConfigureAwait(false);
        var begin = NewBegin(link);
        (begin.Path, begin.Upload) = (_transfer.Remote, true);
        await call.WriteAsync(new TransferPart { Begin = begin }).ConfigureAwait(false);
        var first = await ReadAsync(call).ConfigureAwait(false);
        var sending = first.Done is null ? Task.Run(() => SendAsync(call, first.Position, over.Token), over.Token) : Task.CompletedTask;
        try
        {
            return first.Done ?? await FollowAsync(call, sending).ConfigureAwait(false);
        }
        finally
        {
            // Half-closed first, so that the agent knows that its answer was heard.
            await call.CompleteAsync().ConfigureAwait(false);
            if (!sending.IsCompleted)
                await over.CancelAsync().ConfigureAwait(false);
            await sending.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
        }
    }

    private Task SendAsync(GrpcCall<TransferPart> call, TransferPosition from, CancellationToken over)
    {
        return new TransferSource(_transfer.Local, WriteAsync, over).SendAsync(from);

        Task WriteAsync(TransferPart part)
        {
            if (part.Items is [{ Totals: { } totals }, ..])
                _totals = totals;
            return call.WriteAsync(part);
        }
    }

    /// <summary>Hears the receiver's confirmations up to its last word, or the sender's failure.</summary>
    private async Task<TransferDone> FollowAsync(GrpcCall<TransferPart> call, Task sending)
    {
        while (true)
        {
            var reading = ReadAsync(call);
            if (await Task.WhenAny(reading, sending).ConfigureAwait(false) == sending && sending.Exception?.InnerException is TransferException failure)
                throw failure;
            var part = await reading.ConfigureAwait(false);
            if (part.Position is { } position)
                Report(position);
            if (part.Done is { } done)
                return done;
        }
    }

    private static async Task<TransferPart> ReadAsync(GrpcCall<TransferPart> call)
    {
        var part = await call.ReadAsync().ConfigureAwait(false) ?? throw new GrpcException(GrpcStatusCode.Aborted, "the agent ended the call early");
        if (part.Failed.Length > 0)
            throw new TransferException(part.Failed.Length <= MostText ? part.Failed : part.Failed[..MostText]);
        if (part.Done is { } done && (done.LeftOut.Count > TransferLimits.MostTold || done.CalculateSize() > MostText * TransferLimits.MostTold))
            throw new TransferException("the agent's last word is too long to be one");
        return part;
    }

    private void Report(TransferPosition position) => _report(new TransferProgress(position.Bytes, _totals.Bytes, position.Files, _totals.Files));

    private TransferBegin NewBegin(AgentLink link)
    {
        var begin = connection.NewTransfer(link);
        begin.Id = _id;
        return begin;
    }

    /// <summary>A call may end a moment before its link is known to have ended.</summary>
    private async Task<bool> EndsSoonAsync(AgentLink link, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(link.Over, stop);
        await Task.Delay(TimeSpan.FromSeconds(1), connection.Time, limit.Token).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
        return link.Over.IsCancellationRequested;
    }

    /// <summary>Nothing unfinished is to stay on the host. If it cannot be told, the agent does it when its run ends.</summary>
    private async Task AbandonAsync()
    {
        using var limit = new CancellationTokenSource(EndLimit, connection.Time);
        try
        {
            if (await connection.LinkAsync(limit.Token).ConfigureAwait(false) is not { } link)
                return;
            var call = link.OpenTransfer(limit.Token);
            await using var ended = call.ConfigureAwait(false);
            var begin = NewBegin(link);
            begin.Abandon = true;
            await call.WriteAsync(new TransferPart { Begin = begin }).ConfigureAwait(false);
            await call.ReadAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is GrpcException or OperationCanceledException)
        {
            // As said above.
        }
    }
}
