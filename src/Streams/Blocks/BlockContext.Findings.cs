using Microsoft.Extensions.Logging;
using Streams.Blocks.Collecting;
using Streams.Blocks.Verdicts;

namespace Streams;

public sealed partial class BlockContext
{
    private const int MostMeasurements = 10_000;
    private const int LongestName = 200;

    /// <summary>What went wrong beside the block itself. Guarded by <see cref="_gate"/>.</summary>
    private readonly List<string> _notes = [];

    /// <summary>What the author warned of. Guarded by <see cref="_gate"/>.</summary>
    private readonly List<string> _warnings = [];

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private readonly List<string> _patterns = [];
    private int _measurements;

    /// <summary>When the block was asked to stop, by <see cref="_clock"/>; -1: it was not.</summary>
    private long _cancelledAt = -1;

    /// <summary>Records a figure that the block has measured: in the block's result, in the results' files and in the timeline.</summary>
    /// <param name="name">What was measured. May be given more than once: a series.</param>
    /// <param name="value">The figure.</param>
    /// <param name="unit">Its unit: <c>Mbit/s</c>. Empty: none.</param>
    /// <exception cref="ArgumentException">The name is empty, or name or unit has more than 200 characters.</exception>
    /// <exception cref="InvalidOperationException">The block has measured more than 10,000 figures. Write such series to a file in <see cref="DataDirectory"/>.</exception>
    public void Measure(string name, double value, string unit = "")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(unit);
        if (name.Length > LongestName || unit.Length > LongestName)
            throw new ArgumentException($"The name of a measurement and its unit have at most {LongestName} characters each.", name.Length > LongestName ? nameof(name) : nameof(unit));
        if (Interlocked.Increment(ref _measurements) > MostMeasurements)
            throw new InvalidOperationException($"Block {Name} has measured more than {MostMeasurements:N0} figures. Write such series to a file in {nameof(DataDirectory)}.");
        _channel.Measure(name, value, unit);
    }

    /// <summary>With the line that says so, as many as a verdict holds.</summary>
    private const int MostWarnings = 99;

    /// <summary>
    /// Says that something is not as it should be, though the block goes on: it is logged, it is in the block's
    /// <see cref="BlockResult.Warnings"/>, and a block that passes is a <see cref="BlockOutcome.Warn"/>, which does not fail the test.
    /// </summary>
    public void Warn(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        lock (_gate)
        {
            if (_warnings.Count == MostWarnings)
                _warnings.Add($"... more warnings are in the block's log: the first {MostWarnings:N0} are listed");
            else if (_warnings.Count < MostWarnings)
                _warnings.Add(Excerpt.Of(text));
        }

        Log(LogLevel.Warning, text);
    }

    /// <summary>
    /// Asks for files of the block's host: at the block's end, also when it fails or is stopped, they are copied below
    /// <see cref="DataDirectory"/> under their full path, and come home with the results. Not when the worker dies under the block.
    /// </summary>
    /// <param name="pattern">
    /// A path with <c>*</c> and <c>?</c>, as in <c>/var/log/x*</c>. A directory is taken with all that is in it. Links are
    /// recorded and not followed; FIFOs, sockets and devices are not opened.
    /// </param>
    /// <remarks>
    /// At most 10,000 files, 1 GiB and 10 seconds for all of the block's, and never beyond what the block itself may take. What
    /// could not be collected is said among the block's warnings; its outcome stays what it is.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The block was given no directory.</exception>
    public void Collect(string pattern)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pattern);
        if (_specification.Directory.Length == 0)
            throw new InvalidOperationException($"Block {Name} was given no directory for its files.");
        lock (_gate)
            _patterns.Add(Path.GetFullPath(pattern));
    }

    /// <summary>What the author warned of, until now.</summary>
    internal IReadOnlyList<string> Warnings
    {
        get
        {
            lock (_gate)
                return [.. _warnings];
        }
    }

    private void Note(string text)
    {
        lock (_gate)
            _notes.Add(text);
        Log(LogLevel.Warning, text);
    }

    private void NoteCancellation() => Volatile.Write(ref _cancelledAt, _clock.ElapsedMilliseconds);

    private async Task CollectAsync()
    {
        string[] patterns;
        lock (_gate)
        {
            if (_patterns.Count == 0)
                return;
            patterns = [.. _patterns.Distinct(StringComparer.Ordinal)];
        }

        var collector = new FileCollector(Path.Combine(_specification.Directory, DataName));
        await collector.CollectAsync(patterns, CollectionTime()).ConfigureAwait(false);
        foreach (var left in collector.LeftOut)
            Log(LogLevel.Information, left);
        foreach (var problem in collector.Problems)
            Note(problem);
    }

    /// <summary>
    /// Its own time, but not so long that the block would run into its limit because of it, or that a block that stopped when it
    /// was asked to would be ended with its worker.
    /// </summary>
    private TimeSpan CollectionTime()
    {
        var time = FileCollector.Limit.TotalMilliseconds;
        if (Volatile.Read(ref _cancelledAt) is >= 0 and var cancelled)
            time = Math.Min(time, cancelled + (0.9 * _specification.GraceMs) - _clock.ElapsedMilliseconds);
        else if (_limit > TimeSpan.Zero)
            time = Math.Min(time, RemainingTime().TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Max(time, 1));
    }
}
