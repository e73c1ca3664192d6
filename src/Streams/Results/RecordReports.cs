using System.Text;

namespace Streams.Results;

/// <summary>
/// The reports made from the record: results.json, results.tap, timeline.html. While the collection runs at most once a
/// second, and less often when they are large. Used by the writer's thread.
/// </summary>
internal sealed class RecordReports(OwnerDirectory directory, RecordHealth health, EventsRecord events) : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    // A report that takes long to make is made less often: never more than a tenth of the time.
    private const int Share = 10;
    private readonly ReservedSpace _reserved = new(directory.Path);
    private int _changed;
    private TimeSpan _next;

    /// <summary>Holds back the space for the report that says that there is none.</summary>
    public void Prepare() => _reserved.Hold();

    /// <summary>Something is new. From any thread.</summary>
    public void MarkChanged() => Volatile.Write(ref _changed, 1);

    /// <summary>Writes the reports if they are due. Answers when to ask again.</summary>
    public TimeSpan WriteIfDue(Func<CollectionSnapshot> snapshot)
    {
        if (Volatile.Read(ref _changed) == 0)
            return Timeout.InfiniteTimeSpan;
        var now = events.Elapsed;
        if (now < _next)
            return _next - now;
        Volatile.Write(ref _changed, 0);
        Write(snapshot());
        var took = events.Elapsed - now;
        _next = now + (took * Share > Shortest ? took * Share : Shortest);
        return Timeout.InfiniteTimeSpan;
    }

    public void Write(CollectionSnapshot snapshot)
    {
        WriteOne(directory.Tap, () => Encoding.UTF8.GetBytes(ResultsTap.Render(snapshot)));
        WriteOne(directory.Timeline, () => Encoding.UTF8.GetBytes(TimelineHtml.Render(snapshot)));
        if (WriteResults(snapshot, brief: false))
            return;
        // An old results.json that calls the results complete would be a lie: this one file is written even now.
        _reserved.Dispose();
        _ = WriteResults(snapshot, brief: false) || WriteResults(snapshot, brief: true);
        _reserved.Hold();
    }

    /// <summary>Gives the space back that was held.</summary>
    public void Dispose() => _reserved.Dispose();

    private bool WriteResults(CollectionSnapshot snapshot, bool brief) =>
        WriteOne(directory.Results, () => ResultsJson.Collection(snapshot with { Problems = health.Problems() }, brief));

    private bool WriteOne(string path, Func<byte[]> content) => health.Try(path, () => AtomicFile.Write(path, content()));
}
