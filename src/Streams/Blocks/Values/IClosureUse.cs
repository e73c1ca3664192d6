using System.Reflection;

namespace Streams.Blocks.Values;

/// <summary>Knows which captured variables the code of the delegates in a graph uses.</summary>
internal interface IClosureUse
{
    /// <summary>Told of each delegate that is written; throws if it cannot travel.</summary>
    void Visit(GraphWriter writer, Delegate captured);

    bool Uses(FieldInfo field);
}
