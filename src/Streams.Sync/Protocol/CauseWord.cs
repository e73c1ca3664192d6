namespace Streams.Sync.Protocol;

/// <summary>The causes as words of the protocol.</summary>
internal static class CauseWord
{
    private static readonly string[] Words = [.. Enum.GetNames<BarrierCause>().Select(name => name.ToLowerInvariant())];

    public static string Of(BarrierCause cause) => Words[(int)cause];

    public static bool TryParse(string word, out BarrierCause cause)
    {
        cause = (BarrierCause)Array.IndexOf(Words, word);
        return cause >= 0;
    }
}
