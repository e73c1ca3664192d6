namespace Streams.Results;

/// <summary>The directory of one block: <c>1-NetServer/</c>. It and what is in it are made on first use.</summary>
internal sealed class BlockDirectory(string owner, string relative)
{
    public string Path { get; } = System.IO.Path.Combine(owner, relative);

    /// <summary>Path in the collection's directory, with slashes.</summary>
    public string Relative => relative;

    public string DebugLog => In("debug.log");

    public string OutputLog => In("output.log");

    public string Result => In("result.json");

    public string Whiteboard => In("whiteboard");

    /// <summary>The block's own files. Ours are beside them, so that no name of theirs can meet one of ours.</summary>
    public string Data => In("data");

    /// <summary>Files that are still coming in.</summary>
    public string Partial => In(".partial");

    public string Names => In("names.json");

    private string In(string file) => System.IO.Path.Combine(Path, file);
}
