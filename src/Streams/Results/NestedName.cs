namespace Streams.Results;

/// <summary>Names of the directories in which the results of a block's own streams lie: <c>streams</c>, <c>streams~2</c>, ...</summary>
internal static class NestedName
{
    public const string First = "streams";

    /// <summary>Whether the name of a file from a host begins with such a directory.</summary>
    public static bool IsOne(ReadOnlySpan<byte> name)
    {
        if (!name.StartsWith("streams"u8))
            return false;
        var rest = name["streams"u8.Length..];
        var slash = rest.IndexOf((byte)'/');
        return slash == 0 || (slash is > 1 and <= 10 && rest[0] == (byte)'~' && rest[1..slash].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0);
    }
}
