using System.Runtime.CompilerServices;
using Streams.Scheduling;
using Streams.Wire;

namespace Streams;

public sealed partial class ExecutionStream
{
    /// <summary>
    /// Starts the stream's host anew and waits until it is back and this stream's worker runs there. It takes its turn: blocks
    /// that were given to the stream before run first, those given after it run on the host as it is then. Blocks of other
    /// streams that run on the host at that moment are stopped (<see cref="BlockOutcome.Cancel"/>); their queues go on
    /// afterwards.
    /// </summary>
    /// <remarks>
    /// The login must be allowed to reboot: as root, or by <c>sudo -n</c>. The host is back when it has another boot id;
    /// how long that may take is <see cref="StreamCollectionOptions.BlockTimeLimit"/>. It is in the results as a block
    /// named "Reboot".
    /// </remarks>
    /// <param name="cancellationToken">Ends the waiting; the host may be on its way down or up then, and the stream is lost.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="InvalidOperationException">The stream runs on this machine, which nobody can wish to reboot in a test.</exception>
    /// <exception cref="BlockFailedException">The host does not let itself be rebooted, or did not come back.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    /// <example>
    /// <code>
    /// await db.RunFgAsync("apt-get -y install linux-image-amd64");
    /// await db.RebootAsync();
    /// var release = await db.RunFgAsync("uname -r");
    /// </code>
    /// </example>
    public Task RebootAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        OfTest("reboot its host");
        if (Host.IsLocal)
            throw new InvalidOperationException($"Stream '{Name}' runs on this machine ({Host}); only another host can be rebooted.");
        var specification = NewSpecification(null, file, line);
        specification.Reboot = new HostReboot();
        return ForegroundAsync(Queue(specification, new QueuedWork("Reboot", "", null), null, Source(file, line), static queued => new BlockRun(queued)), cancellationToken);
    }
}
