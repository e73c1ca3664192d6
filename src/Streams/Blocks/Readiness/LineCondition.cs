using System.Text.RegularExpressions;
using Streams.Blocks.Commands;
using Streams.Processes;

namespace Streams.Blocks.Readiness;

/// <summary>The command has printed a line that matches.</summary>
internal sealed class LineCondition(Regex pattern) : IReadyCondition
{
    private long _next;

    public string Description => $"a line that matches '{pattern}'";

    public string? Evidence => null;

    public bool IsMet(ProcessIdentity command, LineLog lines)
    {
        var (fresh, next, _, _) = lines.From(_next);
        _next = next;
        return fresh.Any(pattern.IsMatch);
    }
}
