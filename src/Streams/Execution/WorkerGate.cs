using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Streams.Execution;

/// <summary>
/// Where this machine's workers connect: a Unix socket in the run's private directory. A connection is a worker's only if it
/// brings the token that its worker was given on its standard input.
/// </summary>
internal sealed class WorkerGate : IAsyncDisposable
{
    private static readonly TimeSpan HelloLimit = TimeSpan.FromSeconds(5);

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentDictionary<string, Expected> _expected = new();
    private readonly Task _accepting;

    public WorkerGate(string path)
    {
        Path = path;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(128);
        _accepting = AcceptAsync();
    }

    public string Path { get; }

    /// <summary>Announces a worker. The task completes when it has connected.</summary>
    public Task<WorkerChannel> Expect(string worker, string token)
    {
        var expected = new Expected(token);
        if (!_expected.TryAdd(worker, expected))
            throw new InvalidOperationException($"worker {worker} is expected already");
        return expected.Channel.Task;
    }

    /// <summary>Takes the announcement back: the worker will not come.</summary>
    public void Forget(string worker) => _expected.TryRemove(worker, out _);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        try
        {
            File.Delete(Path);
        }
        catch (IOException)
        {
            // The supervisor, which was closed first, has removed the whole directory.
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }

            new Thread(() => Serve(socket)) { IsBackground = true, Name = "Streams worker" }.Start();
        }
    }

    private void Serve(Socket socket)
    {
        var channel = WorkerChannel.Accept(socket, HelloLimit);
        if (channel is null)
            return;
        if (!_expected.TryRemove(channel.Hello.Worker, out var expected) || !expected.Fits(channel.Hello.Token))
        {
            channel.Dispose();
            return;
        }

        expected.Channel.TrySetResult(channel);
        channel.ReadToEnd();
    }

    private sealed class Expected(string token)
    {
        public TaskCompletionSource<WorkerChannel> Channel { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Fits(string offered) => System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(offered), Encoding.UTF8.GetBytes(token));
    }
}
