using System.Reflection;
using Streams.Blocks.Values;

namespace Streams.Blocks.Travel;

/// <summary>
/// The captured variables that a block and the delegates within its captures use. It grows while a graph is written: a
/// delegate found late may use more of a closure that was already written, and then the graph is written again.
/// </summary>
internal sealed class ClosureUse(BlockCode? block) : IClosureUse
{
    private readonly HashSet<MethodInfo> _visited = [];
    private readonly HashSet<(Module, int)> _used = block is null ? [] : [.. block.Used];

    /// <summary>True if something was found after it had been asked for.</summary>
    public bool Grew { get; set; }

    public bool Uses(FieldInfo field) => _used.Contains((field.Module, field.MetadataToken));

    public void Visit(GraphWriter writer, Delegate captured)
    {
        if (DelegateRules.WhyNot(captured) is { } reason)
            throw writer.Refuse(captured.GetType(), reason);
        if (!_visited.Add(captured.Method))
            return;
        foreach (var field in BlockCode.Of(captured.Method).Used)
            Grew |= _used.Add(field);
    }
}
