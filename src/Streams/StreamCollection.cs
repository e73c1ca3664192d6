using System.Collections;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Streams.Blocks;
using Streams.Blocks.Verdicts;
using Streams.Execution;
using Streams.Owner;
using Streams.Processes;
using Streams.Results;
using Streams.Scheduling;
using Streams.Sync;

namespace Streams;

/// <summary>
/// The streams of one test: workers on this machine or on others, their results, and the sync server at which their blocks
/// meet. Create it in the test, add streams, give them blocks, and wait.
/// </summary>
/// <example>
/// <code>
/// await using var streams = new StreamCollection(output.WriteLine);
/// streams.Add("web2").RunBg("wget -q http://db1/");
/// await streams.WaitAsync();
/// </code>
/// </example>
public sealed partial class StreamCollection : IReadOnlyList<ExecutionStream>, IAsyncDisposable
{
    /// <summary>So long observers may take for what is left when the collection is closed.</summary>
    private static readonly TimeSpan ObserversMoment = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly ProcessScope _scope;
    private readonly CollectionRecord _record;
    private readonly OwnException _ownException = OwnException.Watch();
    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private readonly List<ExecutionStream> _streams = [];

    private readonly SyncParties _parties;

    private readonly TurnGate? _turns;
    private readonly ObserverFeed? _observers;

    /// <summary>Where it stands if a block made it; null: it is a test's own.</summary>
    private readonly Nest? _nest;

    private int _disposed;
    private long _disposedAt;

    /// <summary>
    /// Creates the collection of one test. Nothing is started yet. Made inside a block it is nested: its results lie below the
    /// block's, its barriers are its own, and it ends with the block.
    /// </summary>
    /// <param name="log">
    /// Where progress is told, usually <c>output.WriteLine</c> of the test framework; it also tells which test this is. Null:
    /// the test framework's own output where it can be found.
    /// </param>
    /// <param name="options">Settings; defaults otherwise.</param>
    /// <param name="member">Filled in by the compiler.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <exception cref="StreamsException">The results directory cannot be made.</exception>
    /// <exception cref="InvalidOperationException">It is made by code of a block that has ended.</exception>
    public StreamCollection(Action<string>? log = null, StreamCollectionOptions? options = null, [CallerMemberName] string member = "", [CallerFilePath] string file = "")
    {
        Options = options ?? new StreamCollectionOptions();
        _nest = Nest.OfCaller();
        if (_nest is not null)
            Options = Options with { Grace = _nest.Grace(Options.Grace) };
        var owner = _nest is null ? OwningTest.Find(log, Options.Owner, member, file) : OwnerOf(_nest, log, Options.Owner);
        _parties = new SyncParties(_id, Options.SyncServer, Options.TimeProvider, Options.LoggerFactory.CreateLogger("Streams.Sync"), _nest?.SyncSocket);
        var results = _nest is null ? FindResults(Options.ResultsRoot).Owner(owner) : DirectoryOf(_nest);
        _scope = ProcessScope.Enter(_nest?.WorkerDirectory);
        _record = CollectionRecord.Open(results, owner, new CollectionRecordOptions { Time = Options.TimeProvider, Print = owner.Log, Run = Run, Collection = _id, Waits = _parties.Waits, Logger = Options.LoggerFactory.CreateLogger("Streams") });
        _failures = new FailureLedger(() => new RecordedEvidence(_record.Directory.Timeline, _record.Health.FirstProblem()));
        _observers = ObserverFeed.For(Options.Observers, Options.TimeProvider, text => _record.Note("observer", text, LogLevel.Warning));
        _turns = Options.MaxParallelBlocks is { } most ? new TurnGate(most) : null;
        _journal = new CollectionJournal(_failures, _parties, _observers, Skipped);
        _owner = owner;
        _nest?.EndWithBlock(this);
        WatchForAbort();
    }

    /// <summary>Number of streams.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _streams.Count;
        }
    }

    /// <summary>The stream that was added as the so-manieth, counted from 0.</summary>
    public ExecutionStream this[int index]
    {
        get
        {
            lock (_gate)
                return _streams[index];
        }
    }

    /// <summary>The stream with this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public ExecutionStream this[string name]
    {
        get
        {
            lock (_gate)
            {
                return _streams.Find(stream => stream.Name == name)
                    ?? throw new KeyNotFoundException($"No stream is named '{PrintableText.CleanLine(name)}'; there are: {PrintableText.CleanLine(string.Join(", ", _streams.Select(stream => stream.Name)))}.");
            }
        }
    }

    /// <summary>The test body itself as a party, named <c>test</c>, at the place where the blocks meet.</summary>
    public SyncClient Sync => _parties.Client;

    internal StreamCollectionOptions Options { get; }

    /// <summary>Its identity on the wire: 32 hexadecimal digits.</summary>
    internal string Id => _id;

    /// <summary>The run of the test: a nested collection's is its parent's.</summary>
    private string Run => _nest?.ParentId.Run ?? _scope.Run;

    /// <summary>
    /// Adds a stream and returns at once. Its host is connected in the background; what goes wrong there is told by the
    /// stream's first block.
    /// </summary>
    /// <param name="host">
    /// <c>localhost</c> or <c>local</c> for a worker on this machine; <c>inproc</c> for the test's own process; whatever <c>ssh</c> reaches: <c>web2</c>,
    /// <c>user@web2:2222</c>, <c>ssh://web2</c>; what a command reaches: <c>netns:blue</c>, <c>podman:box</c>; or a name that the
    /// environment variable <c>STREAMS_HOSTS</c> gives a host. See <see cref="StreamHost"/>.
    /// </param>
    /// <param name="name">The stream's name; by default the host's, with <c>-2</c> for the second on one host, and so on.</param>
    /// <param name="options">Tags, failure policy and the like; defaults otherwise.</param>
    /// <exception cref="FormatException">The host is not a valid host; the message names the character and its place.</exception>
    /// <exception cref="ArgumentException">The name is in use or empty.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public ExecutionStream Add(string host, string? name = null, StreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (string.IsNullOrWhiteSpace(host))
            throw new ArgumentException("A stream needs a host's name; use \"localhost\" for this machine.", nameof(host));
        var found = StreamHost.Find(host, out var isNamed);
        var stream = AddCore(found, name, options, endsWithBlock: false, isNamed ? host : null);
        stream.Prepare(_closing.Token);
        return stream;
    }

    /// <inheritdoc cref="Add(string, string?, StreamOptions?)"/>
    public ExecutionStream Add(StreamHost host, string? name = null, StreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        var stream = AddCore(host, name, options, endsWithBlock: false);
        stream.Prepare(_closing.Token);
        return stream;
    }

    /// <summary>The stream, whose place is not being made ready yet. It is named by its host, unless <paramref name="role"/> stood for that.</summary>
    private ExecutionStream AddCore(StreamHost host, string? name, StreamOptions? options, bool endsWithBlock, string? role = null)
    {
        ThrowIfDisposed();
        ExecutionStream stream;
        lock (_gate)
        {
            var unique = StreamNames.Choose(name, role ?? host.ToString(), [.. _streams.Select(other => (other.Name, other.Host.ToString()))]);
            var identity = new WorkerIdentity(Run, _id, unique, host.ToString());
            var executor = CreateExecutor(host, identity);
            if (_turns is not null)
                executor = new TurnTakingExecutor(executor, _turns);
            stream = new ExecutionStream(this, _record.AddStream(unique, host.ToString()), host, options ?? new StreamOptions(), executor) { EndsWithBlock = endsWithBlock };
            _streams.Add(stream);
        }

        _observers?.Post(new StreamsEvent { Kind = StreamsEventKind.StreamAdded, Stream = stream.Name, Text = host.ToString() });
        if (Volatile.Read(ref _aborted) is { } aborted)
            stream.End(aborted);
        return stream;
    }

    /// <summary>
    /// Waits until all blocks of all streams have finished, also those that are added meanwhile, and fails if blocks failed
    /// whose failure nobody has been told yet.
    /// </summary>
    /// <param name="ignoreFailures">True: failures are left to be seen in the streams' results.</param>
    /// <param name="cancellationToken">Ends the waiting, not the blocks.</param>
    /// <exception cref="BlockFailedException">Blocks failed: one exception for all, root cause first.</exception>
    /// <exception cref="BlocksSkippedException">Every block was skipped; where the test framework has an exception for that, its own.</exception>
    /// <exception cref="OperationCanceledException">
    /// The waiting was cancelled, or the run was interrupted (Ctrl-C, the runner's abort), or the collection was made in a block and
    /// that was asked to stop.
    /// </exception>
    public Task WaitAsync(bool ignoreFailures = false, CancellationToken cancellationToken = default) =>
        WaitForAsync(null, ignoreFailures, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>The same, but no longer than the limit.</summary>
    /// <param name="limit">How long to wait. The blocks go on after it.</param>
    /// <param name="ignoreFailures">True: failures are left to be seen in the streams' results.</param>
    /// <param name="cancellationToken">Ends the waiting, not the blocks.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive, or longer than about 24 days.</exception>
    /// <exception cref="WaitLimitException">The limit passed; the message names what still ran.</exception>
    /// <exception cref="BlockFailedException">Blocks failed: one exception for all, root cause first.</exception>
    public Task WaitAsync(TimeSpan limit, bool ignoreFailures = false, CancellationToken cancellationToken = default) =>
        WaitForAsync(null, ignoreFailures, StreamCollectionOptions.CheckLimit(limit, nameof(limit)), cancellationToken);

    /// <inheritdoc/>
    public IEnumerator<ExecutionStream> GetEnumerator()
    {
        lock (_gate)
            return _streams.ToList().GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// Stops what still runs, ends the workers and everything that they left, and completes the results. Fails only for
    /// failures that nobody has been told yet; if the test itself has thrown, its exception comes first.
    /// </summary>
    /// <exception cref="BlockFailedException">Blocks failed, and nobody had waited for them.</exception>
    /// <exception cref="AggregateException">The same, while the test had thrown: its exception first.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _disposedAt = Options.TimeProvider.GetTimestamp();
        var own = _ownException.End();
        EndWatchForAbort();
        if (own is null)
            SayWhatNobodyWaitedFor();
        await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(this.Select(stream => stream.CloseAsync(Disposed()))).ConfigureAwait(false);
        await _parties.DisposeAsync().ConfigureAwait(false);
        var unseen = _failures.TakeUnseen();
        if (_observers is not null)
            await _observers.CloseAsync(ObserversMoment).ConfigureAwait(false);
        await _record.DisposeAsync().ConfigureAwait(false);
        _scope.Leave();
        _closing.Dispose();
        if (unseen.Count == 0)
            return;
        var failure = _failures.Exception(unseen);
        if (own is null)
            throw failure;
        throw new AggregateException("The test failed, and so did blocks that nobody had waited for. First the test's own (last) exception, then the blocks'.", own, failure);
    }

    /// <summary>The commonest mistake of all: the test ends before its blocks do, and is green.</summary>
    private void SayWhatNobodyWaitedFor()
    {
        var forgotten = this.SelectMany(stream => stream.Runs).Where(run => run.Result is null && !run.StopRequested && !run.Block.IsBackground).ToList();
        if (forgotten.Count == 0 || _owner.Cancellation.IsCancellationRequested)
            return;
        var names = string.Join(", ", forgotten.Take(5).Select(run => $"{run.Stream}/{run.Name}")) + (forgotten.Count > 5 ? ", ..." : "");
        _record.Announce("not-waited-for", $"WARNING: {forgotten.Count} block(s) had not finished and are stopped by disposing ({names}): nobody waited for them. Await WaitAsync() before the end of the test, or stop them yourself.");
    }

    private void ThrowIfDisposed()
    {
        if (_disposed == 0)
            return;
        var ago = Durations.InWords(Options.TimeProvider.GetElapsedTime(_disposedAt));
        throw new ObjectDisposedException(
            nameof(StreamCollection),
            $"The streams of '{PrintableText.CleanLine(_record.Directory.Name)}' were disposed {ago} ago: their workers have ended, and nothing can run on them. Nothing was started.");
    }

    private RunResults FindResults(string? root)
    {
        try
        {
            return RunResults.For(ResultsRoot.Find(root));
        }
        catch
        {
            // Nobody gets this collection, so nobody can dispose of it.
            _ownException.End();
            _closing.Dispose();
            throw;
        }
    }

    private static BlockVerdict Disposed() => new()
    {
        Outcome = BlockOutcome.Cancel,
        Reason = OutcomeReason.Stopped,
        Message = "not run: the collection was disposed",
        Received = false,
    };
}
