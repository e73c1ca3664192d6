using System.Globalization;
using Streams.Blocks.Commands;
using Streams.Processes;

namespace Streams.Blocks.Readiness;

/// <summary>
/// The command, or a process that came from it, listens on a TCP port. Seen in the kernel's tables of its network namespace:
/// nobody connects, so a server that takes a single client still has it to take.
/// </summary>
internal sealed class ListeningCondition(int port) : IReadyCondition
{
    /// <summary>Sockets that listened before the command was started: they are not its own, whoever has them.</summary>
    private readonly HashSet<ulong> _before = [.. ListeningSockets.Find("self", port)];

    private ProcessEntry? _other;

    public string Description => string.Create(CultureInfo.InvariantCulture, $"somebody to listen on port {port}");

    public string? Evidence => _other is { } other
        ? string.Create(CultureInfo.InvariantCulture, $"On port {port} listens process {other.ProcessId} ({PrintableText.CleanLine(other.Command)}), which is not of this command.")
        : null;

    public bool IsMet(ProcessIdentity command, LineLog lines)
    {
        var tree = ProcessTree.Below(command);
        // One table for each network namespace: a command may be "ip netns exec".
        foreach (var member in tree.DistinctBy(entry => ListeningSockets.NamespaceOf(entry.ProcessId)))
        {
            var sockets = ListeningSockets.Find(member.ProcessId.ToString(CultureInfo.InvariantCulture), port).ToHashSet();
            if (sockets.Count == 0)
                continue;
            if (tree.Exists(entry => ListeningSockets.IsHeldBy(entry.ProcessId, sockets) == true))
                return true;
            _other = ProcessEntry.ReadAll().Where(entry => ListeningSockets.IsHeldBy(entry.ProcessId, sockets) == true).Select(entry => (ProcessEntry?)entry).FirstOrDefault();
            // Nobody has it whom we can see, and it is new: a member of the tree that became another user.
            if (_other is null && !sockets.IsSubsetOf(_before) && tree.Exists(entry => ListeningSockets.IsHeldBy(entry.ProcessId, sockets) is null))
                return true;
        }

        return false;
    }
}
