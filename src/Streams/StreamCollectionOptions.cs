using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Streams.Blocks;
using Streams.Sync;

namespace Streams;

/// <summary>Settings of a <see cref="StreamCollection"/>. Read once, when the collection is created.</summary>
public sealed record StreamCollectionOptions
{
    /// <summary>Longest limit that can be given: about 24 days, what a timer can hold.</summary>
    internal static readonly TimeSpan LongestLimit = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>For our own tests, which fail when an error is logged that they did not expect.</summary>
    internal static ILoggerFactory DefaultLoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>How long one block may run before it is ended as <see cref="BlockOutcome.Interrupt"/>.</summary>
    /// <value>10 minutes by default; none while a debugger is attached. <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or longer than about 24 days.</exception>
    public TimeSpan BlockTimeLimit
    {
        get;
        init => field = CheckLimit(value, nameof(BlockTimeLimit));
    }
    = System.Diagnostics.Debugger.IsAttached ? Timeout.InfiniteTimeSpan : TimeSpan.FromMinutes(10);

    /// <summary>How long a block has between being asked to stop and being ended together with its worker.</summary>
    /// <value>5 seconds by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or longer than about 24 days.</exception>
    public TimeSpan Grace
    {
        get;
        init => field = value == TimeSpan.Zero ? value : CheckLimit(value, nameof(Grace));
    }
    = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a host goes on by itself when contact is lost. Within it the link may come back, and blocks have not noticed;
    /// after it everything of this run has ended there, and running blocks are <see cref="OutcomeReason.Lost"/>. The collection
    /// that connects to a host first decides for those that share the connection.
    /// </summary>
    /// <value>
    /// 120 seconds by default; 1 hour while a debugger is attached, for a test that stands at a breakpoint renews nothing. Zero:
    /// everything there ends as soon as the connection does.
    /// </value>
    /// <exception cref="ArgumentOutOfRangeException">Negative, shorter than 1 second but not zero, or longer than 24 hours.</exception>
    public TimeSpan Lease
    {
        get;
        init => field = value == TimeSpan.Zero || (value >= TimeSpan.FromSeconds(1) && value <= TimeSpan.FromHours(24))
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Lease), value, "Lease must be zero, or between 1 second and 24 hours.");
    }
    = System.Diagnostics.Debugger.IsAttached ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(120);

    /// <summary>Name of the owning test, where it cannot be found out, or another is wanted.</summary>
    /// <value>Found out from the test framework by default.</value>
    public string? Owner { get; init; }

    /// <summary>Directory under which results are written.</summary>
    /// <value>
    /// By default the environment variable <c>STREAMS_RESULTS_DIR</c>, else the test runner's results directory, else
    /// <c>TestResults</c> beside the nearest project file.
    /// </value>
    public string? ResultsRoot { get; init; }

    /// <summary>How hosts are reached over ssh.</summary>
    public SshOptions Ssh { get; init; } = new();

    /// <summary>A sync server that was started elsewhere in this process, for blocks to meet at; it is not disposed here.</summary>
    /// <value>By default each collection starts its own, on loopback with a token of its own.</value>
    public SyncServer? SyncServer { get; init; }

    /// <summary>How many blocks of the collection may run at once; the others wait for their turn, first come, first served.</summary>
    /// <value>As many as there are streams by default. Blocks that meet at a barrier must be able to run at once.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int? MaxParallelBlocks
    {
        get;
        init
        {
            if (value is { } most)
                ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most, nameof(MaxParallelBlocks));
            field = value;
        }
    }

    /// <summary>Who is told what happens. None of them can hold up or break a run.</summary>
    /// <value>Nobody by default.</value>
    public IReadOnlyList<IStreamsObserver> Observers { get; init; } = [];

    /// <summary>When it is cancelled, everything that runs is ended, as by Ctrl-C. The test framework's own token is known without it.</summary>
    /// <value>None by default.</value>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Finds the blocks that a string names.</summary>
    /// <value>By default an <see cref="AssemblyBlockResolver"/> over the assemblies that use this library.</value>
    public IBlockResolver BlockResolver { get; init; } = new AssemblyBlockResolver();

    /// <summary>Where the library's own log goes, beside the results: categories <c>Streams</c> and <c>Streams.Sync</c>.</summary>
    /// <value>Nowhere by default.</value>
    public ILoggerFactory LoggerFactory { get; init; } = DefaultLoggerFactory;

    /// <summary>The clock of all limits.</summary>
    /// <value><see cref="TimeProvider.System"/> by default.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where all streams run, by their names: for tests of what the rest makes of it.</summary>
    internal Func<string, IBlockExecutor>? Executor { get; init; }

    internal static TimeSpan CheckLimit(TimeSpan value, string name)
    {
        if (value == Timeout.InfiniteTimeSpan || (value > TimeSpan.Zero && value <= LongestLimit))
            return value;
        throw new ArgumentOutOfRangeException(
            name, value, $"{name} must be positive and at most {LongestLimit.TotalDays:0} days; {nameof(Timeout)}.{nameof(Timeout.InfiniteTimeSpan)} means none.");
    }
}
