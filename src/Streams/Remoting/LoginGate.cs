namespace Streams.Remoting;

/// <summary>
/// Lets six logins of this process run at once: sshd drops connections at random beyond ten that are not logged in yet
/// (MaxStartups), and punishes the sender's address.
/// </summary>
internal static class LoginGate
{
    public const int Width = 6;

    private static readonly SemaphoreSlim Places = new(Width);

    public static async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await Places.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Place();
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
