using System.Reflection;

namespace Streams.Blocks.Values;

/// <summary>The instance fields of a type, base types first, in the order of their tokens: the same in every process of one build.</summary>
internal static class FieldLists
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static List<FieldInfo> AllOf(Type type)
    {
        var fields = new List<FieldInfo>();
        for (var level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
            fields.InsertRange(0, DeclaredBy(level));
        return fields;
    }

    public static List<FieldInfo> DeclaredBy(Type type)
    {
        var fields = new List<FieldInfo>(type.GetFields(Declared));
        fields.Sort(static (left, right) => left.MetadataToken.CompareTo(right.MetadataToken));
        return fields;
    }

    public static FieldInfo? Named(Type type, string name) => type.GetField(name, Declared);
}
