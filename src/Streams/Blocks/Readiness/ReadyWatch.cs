using System.Diagnostics;
using Streams.Blocks.Commands;
using Streams.Blocks.Verdicts;

namespace Streams.Blocks.Readiness;

/// <summary>Waits until a command is ready, has ended, or the time is over. One command's; begun before that starts.</summary>
internal sealed class ReadyWatch(IReadOnlyList<IReadyCondition> conditions, TimeSpan limit)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly List<IReadyCondition> _open = [.. conditions];

    /// <exception cref="CommandFailedException">The command ended before it was ready.</exception>
    /// <exception cref="CommandNotReadyException">It was not ready in time.</exception>
    public async Task WaitAsync(CommandProcess process, LineLog lines, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        limit = limit < atMost ? limit : atMost;
        for (var pause = ShortestPause; ; pause = pause < LongestPause ? pause * 1.5 : LongestPause)
        {
            var changed = lines.Changed;
            var hasEnded = process.Ended.IsCompleted;
            _open.RemoveAll(condition => condition.IsMet(process.Identity, lines));
            if (_open.Count == 0)
                return;
            if (hasEnded)
                throw new CommandFailedException(process.Result(), Waited());
            if (Stopwatch.GetElapsedTime(began) >= limit)
                throw new CommandNotReadyException(process.Text, Durations.InWords(limit), Waited(), lines.Last(CommandNotReadyException.ShownLines));
            // A line wakes us at once; what only the system knows has to be looked for again and again.
            await Task.WhenAny(process.Ended, _open.Exists(condition => condition is LineCondition) ? changed : process.Ended, Task.Delay(pause, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private string Waited()
    {
        var met = conditions.Except(_open).Select(condition => condition.Description).ToList();
        var text = $"It was waited for {string.Join(", and for ", _open.Select(condition => condition.Description))}{(met.Count == 0 ? "" : $"; there was already {string.Join(", and ", met)}")}.";
        return string.Join("\n  ", [text, .. _open.Select(condition => condition.Evidence).OfType<string>()]);
    }
}
