using Streams.Hosts;

namespace Streams.Remoting;

/// <summary>
/// Lets six logins of this process run at once: sshd drops connections at random beyond ten that are not logged in yet
/// (MaxStartups), and punishes the sender's address.
/// </summary>
internal static class LoginGate
{
    public const int Width = 6;

    private static readonly TimeSpan PatienceWithSilence = TimeSpan.FromMilliseconds(250);
    private static readonly SemaphoreSlim Places = new(Width);

    public static async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await Places.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Place();
    }

    /// <summary>
    /// Gives the place back while the host does not even answer: it cannot be overrun by logins, and a row of dead hosts must
    /// cost one time limit and not one for every six of them.
    /// </summary>
    public static async Task LeaveIfSilentAsync(IDisposable place, HostConnection connection, TimeProvider time, CancellationToken answered)
    {
        try
        {
            do
                await Task.Delay(PatienceWithSilence, time, answered).ConfigureAwait(false);
            while (connection.MayBeLoggingIn);
            place.Dispose();
        }
        catch (OperationCanceledException)
        {
            // It answered, or the attempt is over.
        }
    }

    private sealed class Place : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                Places.Release();
        }
    }
}
