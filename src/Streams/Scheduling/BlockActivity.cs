namespace Streams.Scheduling;

/// <summary>A block's last sign of life and last line: noted by any thread without a lock, read when somebody asks.</summary>
internal sealed class BlockActivity(BlockLifecycle lifecycle)
{
    private long _at = lifecycle.Now;
    private string? _lastLine;

    public string? LastLine => Volatile.Read(ref _lastLine);

    public TimeSpan Since => lifecycle.ElapsedSince(Volatile.Read(ref _at));

    public void Note() => Volatile.Write(ref _at, lifecycle.Now);

    public void Note(string line)
    {
        Note();
        if (line.Length > 0)
            Volatile.Write(ref _lastLine, line);
    }
}
