namespace Streams;

public sealed partial class ExecutionStream
{
    /// <summary>The directory of this stream's results; those of its blocks are in it. Made with the first of them.</summary>
    public string ResultsDirectory => Record.Path;

    /// <summary>A directory for files that belong to the stream and to none of its blocks. Made when first asked for.</summary>
    /// <exception cref="IOException">It cannot be made: the disk is full, for example.</exception>
    public string DataDirectory => Directory.CreateDirectory(Path.Combine(Record.Path, "data")).FullName;

    /// <summary>
    /// A short text for people that shows the stream's present state, kept in the file <c>whiteboard</c> of its directory.
    /// Setting it replaces it.
    /// </summary>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    public string Whiteboard
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
            Record.SetWhiteboard(value);
        }
    }
    = "";
}
