namespace Streams;

/// <summary>Blocks were not run because requirements were not met, and there is nothing to go on with. The message lists what was unmet.</summary>
public sealed class BlocksSkippedException : StreamsException
{
    private const int MostListed = 20;

    internal BlocksSkippedException(string message)
        : base(message)
    {
    }

    internal static string Text(IReadOnlyList<BlockResult> skipped)
    {
        var lines = skipped.Take(MostListed).Select(result => $"stream '{result.Stream}': block {result.Name}: {result.Message}");
        var more = skipped.Count > MostListed ? $"\n  and {skipped.Count - MostListed} more" : "";
        return $"skipped, for requirements are not met:\n  {string.Join("\n  ", lines)}{more}";
    }
}
