namespace Streams.Results;

/// <summary>The record's files are written where it made their directories, and nowhere else.</summary>
internal static class RealDirectory
{
    /// <summary>Refuses a file whose directory has become a link: whoever put it there would choose what is written over.</summary>
    /// <exception cref="IOException">It is a link by now.</exception>
    public static void Require(string file)
    {
        var directory = Path.GetDirectoryName(file)!;
        if (new DirectoryInfo(directory).LinkTarget is { } target)
            throw new IOException($"{directory} is a link (to {target}) by now, and links are not followed");
    }
}
