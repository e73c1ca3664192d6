namespace Streams.Sync.State;

/// <summary>
/// The last output of a party. Written without the server's lock at every line of output, read when a report is made;
/// the two fields travel in one object so that they fit each other.
/// </summary>
internal sealed class PartySigns
{
    private Sign? _last;

    public Sign? Last => Volatile.Read(ref _last);

    public void Note(TimeSpan at, string? line) => Volatile.Write(ref _last, new Sign(at, line ?? Last?.Line));

    internal sealed record Sign(TimeSpan At, string? Line);
}
