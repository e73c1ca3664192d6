namespace Streams;

public sealed partial class StreamCollection
{
    /// <summary>The directory of this test's results.</summary>
    public string ResultsDirectory => _record.Directory.Path;

    /// <summary>A directory for files of the test itself, among its results. Made when first asked for.</summary>
    /// <exception cref="IOException">It cannot be made: the disk is full, for example.</exception>
    public string DataDirectory => Directory.CreateDirectory(_record.Directory.Data).FullName;

    /// <summary>
    /// A short text for people that shows the present state of the test, kept in the file <c>whiteboard</c> of
    /// <see cref="ResultsDirectory"/>. Setting it replaces it. Streams and blocks have one of their own.
    /// </summary>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    public string Whiteboard
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
            _record.SetWhiteboard(value);
        }
    }
    = "";

    /// <summary>
    /// What ran when, for a console: streams as rows, blocks as bars with their times. Can be asked for at any moment, also
    /// after disposing; <c>timeline.html</c> in <see cref="ResultsDirectory"/> shows the same.
    /// </summary>
    /// <param name="width">Columns to use, 80 by default.</param>
    public string RenderTimeline(int width = 80) => string.Join('\n', Results.TimelineText.Render(_record.Snapshot(), width));
}
