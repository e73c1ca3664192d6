using Streams.Agent.Grpc;
using Streams.Transfers;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>Files to and from the host. What is under way outlives its call, as blocks do, up to the run's end.</summary>
internal sealed class AgentTransfers(AgentRun run)
{
    /// <summary>So many parts, of 128 KiB or so, are confirmed at once.</summary>
    private const int PartsPerConfirmation = 8;

    private const int MostUploads = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, UploadUnderWay> _uploads = [];
    private bool _isOver;

    public async Task TransferAsync(GrpcServerCall call)
    {
        var begin = (await call.ReadAsync(TransferPart.Parser).ConfigureAwait(false))?.Begin
            ?? throw new GrpcException(GrpcStatusCode.InvalidArgument, "the first message must begin a transfer");
        run.ThrowUnlessOwner(begin.Run, begin.Token, begin.Connection);
        try
        {
            if (begin.Abandon)
                await AbandonAsync(call, begin.Id).ConfigureAwait(false);
            else if (!Path.IsPathRooted(begin.Path) || begin.Path.Contains('\0', StringComparison.Ordinal))
                throw new GrpcException(GrpcStatusCode.InvalidArgument, "the path is not absolute");
            else if (begin.Upload)
                await UploadAsync(call, Find(begin)).ConfigureAwait(false);
            else
                await DownloadAsync(call, begin).ConfigureAwait(false);
        }
        catch (TransferException exception)
        {
            Forget(begin.Id)?.Dispose();
            call.Write(new TransferPart { Failed = exception.Message });
            await call.FlushAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The run is over: nothing is written from now on, and nothing unfinished stays.</summary>
    public void End()
    {
        List<UploadUnderWay> uploads;
        lock (_gate)
        {
            _isOver = true;
            uploads = [.. _uploads.Values];
            _uploads.Clear();
        }

        foreach (var upload in uploads)
            upload.Dispose();
    }

    private static async Task DownloadAsync(GrpcServerCall call, TransferBegin begin)
    {
        var source = new TransferSource(begin.Path, SendAsync, call.Ended);
        await source.SendAsync(begin.From).ConfigureAwait(false);

        Task SendAsync(TransferPart part)
        {
            call.Write(part);
            return call.FlushAsync();
        }
    }

    private async Task UploadAsync(GrpcServerCall call, UploadUnderWay upload)
    {
        var turn = upload.TakeTurn();
        await ConfirmAsync(call, upload).ConfigureAwait(false);
        for (var parts = 1; upload.Done is null; parts++)
        {
            if (await call.ReadAsync(TransferPart.Parser).ConfigureAwait(false) is not { } part)
                return; // it goes on with another call
            if (!upload.TryReceive(turn, part))
                throw new GrpcException(GrpcStatusCode.Aborted, "another call has taken the transfer over, or it is over");
            if (parts % PartsPerConfirmation == 0)
                await ConfirmAsync(call, upload).ConfigureAwait(false);
        }

        call.Write(new TransferPart { Done = upload.Done });
        await call.FlushAsync().ConfigureAwait(false);
        // Kept until the controller says by its half-close that it has heard it.
        if (await call.ReadAsync(TransferPart.Parser).ConfigureAwait(false) is null)
            Forget(upload.Id)?.Dispose();
    }

    private static async Task ConfirmAsync(GrpcServerCall call, UploadUnderWay upload)
    {
        call.Write(new TransferPart { Position = upload.Position });
        await call.FlushAsync().ConfigureAwait(false);
    }

    private async Task AbandonAsync(GrpcServerCall call, string id)
    {
        Forget(id)?.Dispose();
        call.Write(new TransferPart { Done = new TransferDone() });
        await call.FlushAsync().ConfigureAwait(false);
    }

    private UploadUnderWay Find(TransferBegin begin)
    {
        lock (_gate)
        {
            if (_isOver)
                throw new GrpcException(GrpcStatusCode.Aborted, "the run is over");
            if (_uploads.TryGetValue(begin.Id, out var known))
                return known;
            if (_uploads.Count >= MostUploads)
                throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"more than {MostUploads:N0} uploads are under way");
            return _uploads[begin.Id] = new UploadUnderWay(begin.Id, new TransferTarget(Path.TrimEndingDirectorySeparator(Path.GetFullPath(begin.Path))));
        }
    }

    private UploadUnderWay? Forget(string id)
    {
        lock (_gate)
            return _uploads.Remove(id, out var upload) ? upload : null;
    }
}
