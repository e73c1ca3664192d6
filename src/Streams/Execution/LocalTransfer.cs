using Streams.Transfers;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>An upload or download where both ends are on this machine: the same rules, without a connection between them.</summary>
internal static class LocalTransfer
{
    /// <summary>How long a copy that was stopped may take to see it: a dead file server holds whoever reads it for good.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    public static async Task<TransferDone> RunAsync(FileTransfer transfer, Action<TransferProgress> report, CancellationToken stop)
    {
        var (from, to) = transfer.Upload ? (transfer.Local, transfer.Remote) : (transfer.Remote, transfer.Local);
        if (to.StartsWith(from.TrimEnd('/') + "/", StringComparison.Ordinal) && Directory.Exists(from))
            throw new TransferException($"'{to}' lies in '{from}' itself");
        var copying = Task.Run(() => CopyAsync(from, to, report, stop), CancellationToken.None);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = stop.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), stopped);
        if (await Task.WhenAny(copying, stopped.Task).ConfigureAwait(false) != copying)
            await Task.WhenAny(copying, Task.Delay(EndLimit, CancellationToken.None)).ConfigureAwait(false);
        if (!copying.IsCompleted)
            stop.ThrowIfCancellationRequested();
        return await copying.ConfigureAwait(false);
    }

    private static async Task<TransferDone> CopyAsync(string from, string to, Action<TransferProgress> report, CancellationToken stop)
    {
        using var target = new TransferTarget(to);
        var source = new TransferSource(from, ReceiveAsync, stop);
        await source.SendAsync(null).ConfigureAwait(false);
        return target.Finish();

        Task ReceiveAsync(TransferPart part)
        {
            target.Receive(part.Items);
            report(new TransferProgress(target.Position.Bytes, target.Totals.Bytes, target.Position.Files, target.Totals.Files));
            return Task.CompletedTask;
        }
    }
}
