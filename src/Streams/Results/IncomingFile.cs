namespace Streams.Results;

/// <summary>One file on its way from a host.</summary>
internal sealed class IncomingFile(int number, string relative, byte[] originalName)
{
    /// <summary>Names the partial file: no part of it comes from the host.</summary>
    public int Number { get; } = number;

    /// <summary>Path below the data directory, as used here.</summary>
    public string Relative { get; } = relative;

    public byte[] OriginalName { get; } = originalName;

    /// <summary>Bytes announced so far; checked before they are written.</summary>
    public long Announced { get; set; }

    public bool Complete { get; set; }

    /// <summary>Given up: what else comes of it is not kept. Used on the writer's thread.</summary>
    public bool Failed { get; set; }
}
