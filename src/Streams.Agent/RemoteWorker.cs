using System.Globalization;
using System.Net.Sockets;
using System.Threading.Channels;
using Streams.Agent.Transport;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>One worker process and its connection; runs one block at a time.</summary>
internal sealed class RemoteWorker
{
    private const int MostWaiting = 64;

    /// <summary>Of Microsoft.Extensions.Logging.LogLevel, which the agent does without.</summary>
    private const int Warning = 3;

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(2);

    private readonly AgentContext _agent;
    private readonly StartRemoteWorker _start;
    private readonly int _number;
    private readonly Func<Task<AgentSession>> _session;
    private readonly TaskCompletionSource<FramedStream> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _readingEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _gone;

    /// <summary>Connections of blocks that came while no session was there.</summary>
    private int _waitingForSession;

    /// <summary>What its block said and nobody will ever read. The connection's thread, and its end.</summary>
    private long _leftOut;

    /// <summary>Written by a loop of its own: a worker that does not read must not hold up the session.</summary>
    private readonly Channel<ToWorker> _outgoing = Channel.CreateUnbounded<ToWorker>(new UnboundedChannelOptions { SingleReader = true });

    private volatile RemoteBlock? _running;
    private Socket? _sync;

    public RemoteWorker(AgentContext agent, StartRemoteWorker start, int number, Func<Task<AgentSession>> session)
    {
        _agent = agent;
        _start = start;
        _number = number;
        _session = session;
    }

    public string Id => _start.Worker;

    public int ProcessId { get; private set; }

    public string OutputPath => _agent.Directory.Output(_number);

    public string SyncAddress => "unix:" + _agent.Directory.SyncSocket(_number);

    public string SyncToken => _start.SyncToken;

    /// <summary>True when the worker can take no block any more.</summary>
    public bool IsGone => _gone;

    public string BlockDirectory(uint ordinal) => _agent.Directory.Block(_number, ordinal);

    /// <summary>Starts the process, waits for its connection and tells the controller; never throws.</summary>
    public async Task StartAsync()
    {
        try
        {
            var error = await TryStartAsync().ConfigureAwait(false);
            var ready = new WorkerReady { Worker = Id, Pid = ProcessId, Error = error ?? "" };
            if (error is not null)
                ready.OutputTail = BlockOutputReader.ReadEnd(OutputPath);
            Publish(new AgentEvent { WorkerReady = ready });
        }
        catch (Exception exception)
        {
            // Whatever it is, the controller waits for an answer.
            Publish(new AgentEvent { WorkerReady = new WorkerReady { Worker = Id, Error = $"{exception.GetType().Name}: {exception.Message}" } });
        }
    }

    /// <summary>Makes the block this worker's running one. False: another one is running, or the worker is gone.</summary>
    public bool TryBegin(RemoteBlock block) =>
        !_gone && _connected.Task.IsCompletedSuccessfully && Interlocked.CompareExchange(ref _running, block, null) is null;

    public void End(RemoteBlock block) => Interlocked.CompareExchange(ref _running, null, block);

    public void Send(ToWorker message) => _outgoing.Writer.TryWrite(message);

    public void Cancel(uint ordinal, string reason)
    {
        if (_running is { } block && block.Ordinal == ordinal)
            block.Cancel(reason);
    }

    public async Task StopAsync(TimeSpan grace)
    {
        Send(new ToWorker { Shutdown = new Shutdown() });
        if (ProcessId != 0)
            await _agent.Supervisor.StopAsync(Id, grace).ConfigureAwait(false);
    }

    public void Publish(AgentEvent happened)
    {
        happened.Worker = Id;
        _agent.Events.Publish(happened);
    }

    /// <summary>Null: it runs and has connected; otherwise why not.</summary>
    private async Task<string?> TryStartAsync()
    {
        _sync = PrivateSocket.Listen(_agent.Directory.SyncSocket(_number));
        _ = AcceptSyncAsync(_sync);
        var token = RandomText.Hex(16);
        _agent.Gate.Expect(Id, token, Serve);
        var start = new StartWorker { Worker = Id, WorkingDirectory = Environment.CurrentDirectory, OutputPath = OutputPath, FirstLine = token };
        start.Command.Add(_agent.Options.Program.WorkerCommand(_agent.Options.Dotnet, _agent.Directory.WorkersSocket, Id));
        start.Environment.Add(_start.Environment);
        var started = await _agent.Supervisor.StartAsync(start, CancellationToken.None).ConfigureAwait(false);
        if (started.Error.Length > 0)
            return started.Error;
        ProcessId = started.Pid;
        var ended = _agent.Supervisor.EndedAsync(Id);
        _ = WatchAsync(ended);
        try
        {
            await Task.WhenAny(_connected.Task, ended).WaitAsync(ConnectLimit, _agent.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await _agent.Supervisor.StopAsync(Id, TimeSpan.Zero).ConfigureAwait(false);
            return string.Create(CultureInfo.InvariantCulture, $"it did not connect within {ConnectLimit.TotalSeconds} s");
        }

        if (_connected.Task.IsCompletedSuccessfully)
            return null;
        var end = await ended.ConfigureAwait(false);
        return end.Signal != 0 ? $"it was ended by signal {end.Signal} before it connected" : $"it exited with code {end.ExitCode} before it connected";
    }

    /// <summary>The worker's connection, on a thread of its own.</summary>
    private void Serve(FramedStream frames)
    {
        frames.Write(new ToWorker
        {
            Welcome = new Welcome { Protocol = WireLimits.Protocol, Run = _agent.Epoch, Collection = _start.Collection, Stream = _start.Stream, Host = _start.Host },
        });
        _ = WriteAsync(frames);
        _connected.TrySetResult(frames);
        try
        {
            while (frames.Read(FromWorker.Parser) is { } message)
                Handle(message);
        }
        catch (IOException exception)
        {
            if (exception is FrameException)
                Console.Error.WriteLine($"worker {Id}: {exception.Message}");
        }

        _readingEnded.TrySetResult();
    }

    private async Task WriteAsync(FramedStream frames)
    {
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync().ConfigureAwait(false))
                frames.Write(message);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The worker is gone; what becomes of its block is told by its supervisor.
        }
    }

    private void Handle(FromWorker message)
    {
        if (_running is not { } block)
            return; // something late of a block that has ended
        switch (message.KindCase)
        {
            case FromWorker.KindOneofCase.Started when message.Started.Ordinal == block.Ordinal:
                Publish(new AgentEvent { FromWorker = message });
                block.HasStarted(message.Started.OutputOffset);
                break;
            case FromWorker.KindOneofCase.Log when message.Log.Ordinal == block.Ordinal:
            case FromWorker.KindOneofCase.Whiteboard when message.Whiteboard.Ordinal == block.Ordinal:
            case FromWorker.KindOneofCase.SharesSync when message.SharesSync.Ordinal == block.Ordinal:
            case FromWorker.KindOneofCase.Measure when message.Measure.Ordinal == block.Ordinal:
            case FromWorker.KindOneofCase.Part when message.Part.Ordinal == block.Ordinal:
                if (message.Part is { Part: WirePart.PartTearDown })
                    block.EnteredTearDown();
                PublishBulk(block, message);
                break;
            case FromWorker.KindOneofCase.Finished when message.Finished.Ordinal == block.Ordinal:
                SayWhatIsLeftOut(block);
                block.HasFinished(message.Finished);
                break;
        }
    }

    private void PublishBulk(RemoteBlock block, FromWorker message)
    {
        // Once something is left out, all is, until the gap can be told of: it is in one place then.
        if (_leftOut > 0 && _agent.Events.HasRoom)
            SayWhatIsLeftOut(block);
        if (_leftOut > 0 || !_agent.Events.TryPublishBulk(new AgentEvent { Worker = Id, FromWorker = message }))
            _leftOut++;
    }

    private void SayWhatIsLeftOut(RemoteBlock block)
    {
        if (_leftOut == 0)
            return;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"[... {_leftOut} log lines and the like are left out here: the controller was away for so long that there was no room for them on the host ...]");
        var log = new BlockLog { Ordinal = block.Ordinal, Level = Warning, Text = text, UnixUs = _agent.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1000 };
        _leftOut = 0;
        Publish(new AgentEvent { FromWorker = new FromWorker { Log = log } });
    }

    /// <summary>Sees to the worker's end: everything it said is taken in first, then its block and the controller are told.</summary>
    private async Task WatchAsync(Task<WorkerEnded> ending)
    {
        if (await Task.WhenAny(ending, _readingEnded.Task).ConfigureAwait(false) != ending)
        {
            // It closed its connection. A worker that exits does so a moment before; any other one is of no use any more.
            await Task.WhenAny(ending, Task.Delay(ExitLimit, _agent.Time)).ConfigureAwait(false);
            if (!ending.IsCompleted)
                await _agent.Supervisor.StopAsync(Id, TimeSpan.Zero).ConfigureAwait(false);
        }

        var ended = await ending.ConfigureAwait(false);
        if (_connected.Task.IsCompletedSuccessfully)
            await Task.WhenAny(_readingEnded.Task, Task.Delay(ExitLimit, _agent.Time)).ConfigureAwait(false);
        _gone = true;
        _outgoing.Writer.TryComplete();
        if (_running is { } block)
        {
            SayWhatIsLeftOut(block);
            await block.WorkerIsGoneAsync(ended).ConfigureAwait(false);
        }

        Publish(new AgentEvent { WorkerGone = new WorkerGone { Worker = Id, Ended = ended, OutputTail = BlockOutputReader.ReadEnd(OutputPath) } });
        _sync?.Dispose();
        File.Delete(_agent.Directory.SyncSocket(_number));
    }

    /// <summary>A block's connection to the sync server travels in the session; without one it waits for the next.</summary>
    private async Task AcceptSyncAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var connection = await listener.AcceptAsync().ConfigureAwait(false);
                _ = RelayAsync(connection);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The worker is gone.
        }
    }

    private async Task RelayAsync(Socket connection)
    {
        var session = _session();
        if (!session.IsCompleted)
        {
            if (Interlocked.Increment(ref _waitingForSession) <= MostWaiting)
                await Task.WhenAny(session, _readingEnded.Task).ConfigureAwait(false);
            Interlocked.Decrement(ref _waitingForSession);
        }

        if (session.IsCompletedSuccessfully)
            await (await session.ConfigureAwait(false)).RelayAsync(Id, new NetworkStream(connection, ownsSocket: true)).ConfigureAwait(false);
        else
            connection.Dispose();
    }
}
