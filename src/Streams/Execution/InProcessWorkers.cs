using System.Globalization;
using Streams.Processes;
using Streams.Workers;

namespace Streams.Execution;

/// <summary>
/// Workers that are threads of the test's own process: the worker's own code, on the worker's own protocol, so that a block
/// under the debugger is what it is anywhere else.
/// </summary>
internal sealed class InProcessWorkers : IAsyncDisposable
{
    /// <summary>Set to 1: the streams of this machine run in the test's process.</summary>
    public const string Variable = "STREAMS_INPROC";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly PrivateDirectory _directory;
    private readonly WorkerGate _gate;
    private int _lastWorker;

    private InProcessWorkers(PrivateDirectory directory)
    {
        _directory = directory;
        _gate = new WorkerGate(directory["workers.sock"]);
    }

    /// <summary>Whether the variable's value asks for it.</summary>
    /// <exception cref="StreamsException">It is neither yes nor no.</exception>
    public static bool AreAskedFor(string? value) => value?.Trim().ToUpperInvariant() switch
    {
        null or "" or "0" or "FALSE" => false,
        "1" or "TRUE" => true,
        _ => throw new StreamsException($"{Variable} is '{PrintableText.CleanLine(value!)}': 1 runs this machine's streams in the test's own process, 0 does not."),
    };

    /// <exception cref="StreamsException">There is no place for its sockets.</exception>
    public static InProcessWorkers Open()
    {
        try
        {
            return new InProcessWorkers(PrivateDirectory.Create());
        }
        catch (IOException exception)
        {
            throw new StreamsException($"No stream can run in the test's own process: {exception.Message}", exception);
        }
    }

    /// <summary>A thread that waits for blocks.</summary>
    /// <exception cref="StreamsException">It did not start.</exception>
    public async Task<WorkerChannel> StartAsync(WorkerIdentity identity, CancellationToken cancellationToken)
    {
        var id = "t" + Interlocked.Increment(ref _lastWorker).ToString(CultureInfo.InvariantCulture);
        var token = RandomText.Hex(16);
        var connected = _gate.Expect(id, token);
        try
        {
            // Its own: the sockets of two streams' commands have the same names.
            var place = PrivateDirectory.Create(_directory.Root);
            new Thread(() => Run(place, id, token)) { IsBackground = true, Name = $"Streams in-process {identity.Stream}" }.UnsafeStart();
            return await connected.WaitAsync(StartLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            throw new StreamsException($"Stream '{identity.Stream}' could not be started in the test's own process: {exception.Message}", exception);
        }
        finally
        {
            _gate.Forget(id);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.DisposeAsync().ConfigureAwait(false);
        _directory.Dispose();
    }

    private void Run(PrivateDirectory place, string id, string token)
    {
        BlockRunner.RunInProcess(_gate.Path, place.Root, id, token);
        place.Dispose();
    }
}
