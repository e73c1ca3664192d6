namespace Streams.Results;

/// <summary>
/// Whether the results of a collection are whole. A full disk or an unwritable directory never breaks a run: it is said once,
/// and the results are marked as partial.
/// </summary>
internal sealed class RecordHealth(string directory, Action<string> say)
{
    private const int ProblemsKept = 10;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<string> _problems = [];
    private long _count;

    public bool IsPartial => Volatile.Read(ref _count) > 0;

    /// <summary>The first problems; the count of all is in the last line when there are more.</summary>
    public IReadOnlyList<string> Problems()
    {
        lock (_gate)
            return _count > _problems.Count ? [.. _problems, $"and {_count - _problems.Count} more"] : [.. _problems];
    }

    /// <summary>The first problem; null if there is none.</summary>
    public string? FirstProblem()
    {
        lock (_gate)
            return _problems.Count > 0 ? _problems[0] : null;
    }

    /// <summary>Does something with the disk. False if the disk would not.</summary>
    public bool Try(string path, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Failed(path, exception);
            return false;
        }
    }

    public void Failed(string path, Exception exception) => Partial(path, exception.Message);

    public void Partial(string path, string why)
    {
        bool first;
        lock (_gate)
        {
            first = _count++ == 0;
            if (_problems.Count < ProblemsKept)
                _problems.Add($"{path}: {why}");
        }

        if (first)
        {
            say($"RESULTS ARE PARTIAL from here on: {Printable.Line(why)} ('{Printable.Line(path)}'). "
                + $"The run goes on and no verdict changes; what is in '{Printable.Line(directory)}' already is whole, line by line. "
                + $"Free space there, or name another directory by {ResultsRoot.Variable}.");
        }
    }
}
