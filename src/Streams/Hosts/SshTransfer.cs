using System.Globalization;
using System.Text.RegularExpressions;

namespace Streams.Hosts;

/// <summary>Bytes on the wire by ssh's own account: the last line of its log after a clean end.</summary>
internal readonly partial record struct SshTransfer(long Sent, long Received)
{
    public static SshTransfer? Parse(string log)
    {
        var match = TransferredLine().Match(log);
        return match.Success
            ? new SshTransfer(
                long.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture),
                long.Parse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture))
            : null;
    }

    [GeneratedRegex(@"^Transferred: sent (\d{1,18}), received (\d{1,18}) bytes", RegexOptions.Multiline | RegexOptions.RightToLeft)]
    private static partial Regex TransferredLine();
}
