using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Streams.Blocks;
using Streams.Sync;
using Streams.Wire;

namespace Streams;

/// <summary>What a running block is given: barriers and data exchange, log, whiteboard, a directory for its files, commands.</summary>
public sealed partial class BlockContext
{
    internal const string DataName = "data";

    /// <summary>The author's code has asked for its directory: it stays, even if empty.</summary>
    private volatile bool _ownDataIsUsed;

    private readonly BlockSpec _specification;
    private readonly IBlockChannel _channel;
    private readonly WorkerMemory _memory;
    private readonly Lock _gate = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>What <see cref="_clock"/> may run to; zero or less: no limit. Guarded by <see cref="_gate"/> for writing.</summary>
    private TimeSpan _limit;

    /// <summary>Created when first asked for. Guarded by <see cref="_gate"/>.</summary>
    private SyncClient? _sync;
    private string _whiteboard = "";

    /// <summary>Where the block's commands reach the sync server; opened with the first. Guarded by <see cref="_gate"/>.</summary>
    private Task<SyncRelay>? _relay;

    internal BlockContext(BlockSpec specification, IBlockChannel channel, CancellationToken cancellation, WorkerMemory? memory = null)
    {
        _specification = specification;
        _channel = channel;
        _memory = memory ?? new WorkerMemory();
        _limit = TimeSpan.FromMilliseconds(specification.TimeLimitMs);
        Cancellation = cancellation;
        if (cancellation.CanBeCanceled)
            cancellation.UnsafeRegister(static state => ((BlockContext)state!).NoteCancellation(), this);
    }

    /// <summary>The meeting point of the test's blocks: barriers and exchanged values.</summary>
    /// <exception cref="SyncException">The block runs where there is no sync server.</exception>
    public SyncClient Sync
    {
        get
        {
            lock (_gate)
                return _sync ??= Connect();
        }
    }

    /// <summary>
    /// Cancelled when the block is asked to stop. A block that does not stop in time is ended with its worker. A tear-down has
    /// another one, which is cancelled at <see cref="BlockOptions.TearDownLimit"/>.
    /// </summary>
    public CancellationToken Cancellation { get; private set; }

    /// <summary>Name of the block's stream.</summary>
    public string Stream => _specification.Id?.Stream ?? "";

    /// <summary>Name of the block: "1-NetServer".</summary>
    public string Name => _specification.Name;

    /// <summary>The host that the block runs on, as the test's author named it.</summary>
    public string Host => _specification.Host;

    /// <summary>The block's number in its stream, from 1.</summary>
    public int Ordinal => (int)(_specification.Id?.Ordinal ?? 0);

    /// <summary>A directory for the block's files, which come home with its results. Made when first asked for.</summary>
    /// <exception cref="InvalidOperationException">The block was given no directory.</exception>
    public string DataDirectory
    {
        get
        {
            if (_specification.Directory.Length == 0)
                throw new InvalidOperationException($"Block {Name} was given no directory for its files.");
            _ownDataIsUsed = true;
            return MakeData().FullName;
        }
    }

    /// <summary>A short text for people that shows the block's present state. Setting it replaces it.</summary>
    public string Whiteboard
    {
        get
        {
            lock (_gate)
                return _whiteboard;
        }

        set
        {
            ArgumentNullException.ThrowIfNull(value);
            lock (_gate)
                _whiteboard = value;
            _channel.Whiteboard(Bounded(value));
        }
    }

    /// <summary>Writes a line to the block's log and to the test's output, at once.</summary>
    public void Log(string text) => Log(LogLevel.Information, text);

    /// <summary>Writes a line of the given level to the block's log and to the test's output, at once.</summary>
    public void Log(LogLevel level, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _channel.Log(level, Bounded(text));
    }

    /// <summary>Ends what the context itself opened, and collects what was asked for. Called when the block has ended.</summary>
    /// <returns>What went wrong with it, for the block's warnings.</returns>
    internal async ValueTask<IReadOnlyList<string>> CloseAsync()
    {
        SyncClient? sync;
        Task<SyncRelay>? relay;
        lock (_gate)
            (sync, relay) = (_sync, _relay);
        await EndCommandsAsync().ConfigureAwait(false);
        await CollectAsync().ConfigureAwait(false);
        RemoveEmptyData();
        if (relay is not null)
            await (await relay.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        if (sync is not null)
            await sync.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
            return [.. _notes];
    }

    private static readonly TimeSpan DefaultSyncGrace = TimeSpan.FromSeconds(10);

    private SyncClient Connect()
    {
        if (_specification.Sync is not { Address.Length: > 0 } endpoint)
            throw new SyncException($"Block {Name} runs without a sync server.");
        var client = new SyncClient(new SyncClientOptions
        {
            Address = endpoint.Address,
            Token = endpoint.Token,
            Party = endpoint.Party,
            Grace = TimeSpan.FromMilliseconds(Math.Max(endpoint.GraceMs, DefaultSyncGrace.TotalMilliseconds)),
            RemainingTime = _limit > TimeSpan.Zero ? RemainingTime : null,
            DefaultTimeout = Timeout.InfiniteTimeSpan,
        });
        EndWithCancellation(client);
        return client;
    }

    /// <summary>A block that is asked to stop while it waits need not have said so in each call.</summary>
    private void EndWithCancellation(SyncClient client) =>
        Cancellation.UnsafeRegister(static state => _ = ((SyncClient)state!).DisposeAsync().AsTask(), client);

    /// <summary>
    /// A wait that names no limit may last as long as the block, less a moment: the wait's own time-out says who was missing,
    /// the block's can only say that it was late.
    /// </summary>
    private TimeSpan RemainingTime()
    {
        TimeSpan limit;
        TimeSpan elapsed;
        lock (_gate)
            (limit, elapsed) = (_limit, _clock.Elapsed);
        if (limit <= TimeSpan.Zero)
            return Timeout.InfiniteTimeSpan;
        var moment = TimeSpan.FromMilliseconds(Math.Clamp(limit.TotalMilliseconds / 10, 100, 5000));
        var remaining = limit - moment - elapsed;
        return remaining > TimeSpan.FromMilliseconds(1) ? remaining : TimeSpan.FromMilliseconds(1);
    }

    private static string Bounded(string text) =>
        text.Length <= WireLimits.MaxLogText ? text : $"{text.AsSpan(0, WireLimits.MaxLogText)} [{text.Length - WireLimits.MaxLogText:N0} more characters left out]";
}
