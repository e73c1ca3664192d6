using System.Runtime.CompilerServices;
using System.Text;

namespace Streams.Blocks.Commands;

/// <summary>
/// The lines that a program prints, for any number of readers, each from the first on. Bounded: a reader that comes late or
/// is slow is told how many lines it has missed.
/// </summary>
internal sealed class LineLog
{
    private const int MostLines = 10_000;
    private const int MostCharacters = 4 * 1024 * 1024;
    private const int LongestLine = 64 * 1024;

    private readonly Lock _gate = new();

    /// <summary>The newest lines; the first of them has the number <see cref="_first"/>. Guarded by <see cref="_gate"/>.</summary>
    private readonly Queue<string> _lines = new();
    private long _first;
    private long _characters;
    private bool _ended;

    /// <summary>Replaced each time it is completed. Guarded by <see cref="_gate"/>.</summary>
    private TaskCompletionSource _changed = NewSignal();

    // Beginnings of lines, one for each descriptor. Of the writer alone.
    private readonly List<byte> _output = [];
    private readonly List<byte> _error = [];

    /// <summary>Completes with the next line, or the end.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
                return _ended ? Task.CompletedTask : _changed.Task;
        }
    }

    public void Add(ReadOnlySpan<byte> bytes, bool isError)
    {
        var begun = isError ? _error : _output;
        var lines = new List<string>();
        while (bytes.Length > 0)
        {
            var end = bytes.IndexOf((byte)'\n');
            var room = LongestLine - begun.Count;
            var taken = Math.Min(end < 0 ? bytes.Length : end, room);
            begun.AddRange(bytes[..taken]);
            var isWhole = taken == end || taken == room;
            bytes = bytes[(taken == end ? taken + 1 : taken)..];
            if (isWhole)
                lines.Add(Take(begun));
        }

        Publish(lines, ended: false);
    }

    public void End() => Publish([.. new[] { _output, _error }.Where(begun => begun.Count > 0).Select(Take)], ended: true);

    /// <summary>The lines from this number on, as far as they are still here, and the number that comes next.</summary>
    public (IReadOnlyList<string> Lines, long Next, long Missed, bool Ended) From(long number)
    {
        lock (_gate)
        {
            var missed = Math.Max(0, _first - number);
            return ([.. _lines.Skip((int)(number + missed - _first))], _first + _lines.Count, missed, _ended);
        }
    }

    /// <summary>The last lines until now.</summary>
    public IReadOnlyList<string> Last(int count)
    {
        lock (_gate)
            return [.. _lines.TakeLast(count)];
    }

    public async IAsyncEnumerable<string> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var next = 0L;
        while (true)
        {
            var changed = Changed;
            var (lines, following, missed, ended) = From(next);
            next = following;
            if (missed > 0)
                yield return $"[... {missed:N0} lines left out here ...]";
            foreach (var line in lines)
                yield return line;
            if (ended)
                yield break;
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Take(List<byte> begun)
    {
        if (begun.Count > 0 && begun[^1] == '\r')
            begun.RemoveAt(begun.Count - 1);
        var line = Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(begun));
        begun.Clear();
        return line;
    }

    private void Publish(List<string> lines, bool ended)
    {
        if (lines.Count == 0 && !ended)
            return;
        TaskCompletionSource signal;
        lock (_gate)
        {
            foreach (var line in lines)
            {
                _lines.Enqueue(line);
                _characters += line.Length;
            }

            while (_lines.Count > MostLines || (_characters > MostCharacters && _lines.Count > 1))
            {
                _characters -= _lines.Dequeue().Length;
                _first++;
            }

            _ended |= ended;
            (signal, _changed) = (_changed, NewSignal());
        }

        signal.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
