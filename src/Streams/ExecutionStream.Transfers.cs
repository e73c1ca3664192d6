using System.Runtime.CompilerServices;
using Streams.Blocks;
using Streams.Blocks.Verdicts;
using Streams.Scheduling;
using Streams.Wire;

namespace Streams;

/// <content>Files to the stream's host and from it.</content>
public sealed partial class ExecutionStream
{
    /// <summary>
    /// Copies a file, or a directory with all that is in it, from the test's machine to the stream's host. It takes its turn:
    /// blocks that were given to the stream before run first, those given after it find the files there. It is in the results
    /// as a block named "Upload".
    /// </summary>
    /// <remarks>
    /// The target gets exactly the name that is given: a file is not put into a directory of that name, which is an error; a
    /// directory is merged with one that is there, whose other files stay. Missing directories above it are made. Permissions
    /// are kept, without set-user-id and the like; owner and times are not. Links, FIFOs, sockets and devices in a directory are left out
    /// and said (<see cref="TransferResult.LeftOut"/>, and a warning). A file is replaced when all of it is there and its
    /// digest fits; until then it is beside it under a name that ends in <c>.partial</c>. After a lost link it goes on where
    /// it was. At most 100,000 entries and 256 GiB.
    /// </remarks>
    /// <param name="localPath">A file or directory on the test's machine.</param>
    /// <param name="remotePath">The path that it is to have on the stream's host; absolute.</param>
    /// <param name="progress">Told now and then how much has arrived.</param>
    /// <param name="timeLimit">How long it may take; null: as any block of the stream.</param>
    /// <param name="cancellationToken">Stops it: files that are complete stay, an unfinished one is removed.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>How much was copied, and what was left out.</returns>
    /// <exception cref="ArgumentException">The path on the host is not absolute, or one of them is empty or holds a NUL.</exception>
    /// <exception cref="BlockFailedException">It failed: the message names the file and says why.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the stream stopped.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public Task<TransferResult> UploadAsync(
        string localPath, string remotePath, IProgress<TransferProgress>? progress = null, TimeSpan? timeLimit = null,
        CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TransferAsync(upload: true, localPath, remotePath, new TransferWish(progress, timeLimit, file, line), cancellationToken);

    /// <summary>
    /// Copies a file, or a directory with all that is in it, from the stream's host to the test's machine, by the rules of
    /// <see cref="UploadAsync"/>. It is in the results as a block named "Download".
    /// </summary>
    /// <remarks>
    /// Nothing that the host sends is written outside of <paramref name="localPath"/>, and no link is followed below it.
    /// </remarks>
    /// <param name="remotePath">A file or directory on the stream's host; absolute.</param>
    /// <param name="localPath">The path that it is to have on the test's machine.</param>
    /// <param name="progress">Told now and then how much has arrived.</param>
    /// <param name="timeLimit">How long it may take; null: as any block of the stream.</param>
    /// <param name="cancellationToken">Stops it: files that are complete stay, an unfinished one is removed.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <inheritdoc cref="UploadAsync" path="/returns|/exception"/>
    public Task<TransferResult> DownloadAsync(
        string remotePath, string localPath, IProgress<TransferProgress>? progress = null, TimeSpan? timeLimit = null,
        CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TransferAsync(upload: false, localPath, remotePath, new TransferWish(progress, timeLimit, file, line), cancellationToken);

    private Task<TransferResult> TransferAsync(bool upload, string localPath, string remotePath, TransferWish wish, CancellationToken cancellationToken)
    {
        CheckPath(localPath, nameof(localPath));
        CheckPath(remotePath, nameof(remotePath));
        if (remotePath[0] != '/')
            throw new ArgumentException($"'{remotePath}' is not absolute, and a path on {Host} has no directory that it could be relative to.", nameof(remotePath));
        OfTest("copy files to or from its host");
        var options = wish.TimeLimit is { } limit ? new BlockOptions { TimeLimit = limit } : null;
        var specification = NewSpecification(options, wish.File, wish.Line);
        specification.Transfer = new FileTransfer { Upload = upload, Local = Normalise(localPath), Remote = Normalise(remotePath) };
        var work = new QueuedWork(upload ? "Upload" : "Download", "", TransferVerdicts.Result);
        var run = Queue(specification, work, null, Source(wish.File, wish.Line), queued =>
        {
            queued.Progress = wish.Progress;
            return new BlockRun<TransferResult>(queued);
        });
        return ForegroundAsync(run, cancellationToken);
    }

    private static void CheckPath(string path, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(path, name);
        if (path.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A path cannot hold a NUL.", name);
    }

    private static string Normalise(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    private readonly record struct TransferWish(IProgress<TransferProgress>? Progress, TimeSpan? TimeLimit, string File, int Line);
}
