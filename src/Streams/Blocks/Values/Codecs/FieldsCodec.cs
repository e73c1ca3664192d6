using System.Reflection;
using System.Runtime.CompilerServices;

namespace Streams.Blocks.Values;

/// <summary>A class or struct field by field, whatever its visibility; no constructor runs.</summary>
internal class FieldsCodec(Type type, IReadOnlyList<FieldInfo> fields) : Codec(type)
{
    public override void WriteBody(GraphWriter writer, object value)
    {
        foreach (var field in fields)
            writer.Slot(field.FieldType, field.GetValue(value), field.Name);
    }

    public override void Fill(GraphReader reader, object target)
    {
        foreach (var field in fields)
            field.SetValue(target, reader.Slot(field.FieldType));
    }
}

/// <summary>The same for a struct.</summary>
internal sealed class StructCodec(Type type, IReadOnlyList<FieldInfo> fields) : InlineCodec(type)
{
    private readonly bool _plain = fields.All(static field => Codecs.IsPlain(field.FieldType));

    public override bool IsPlain => _plain;

    public override void WriteInline(GraphWriter writer, object? value)
    {
        // One byte at least, so that a count of elements can be checked against the bytes that follow.
        if (fields.Count == 0)
            writer.Out.Byte(0);
        foreach (var field in fields)
            writer.Slot(field.FieldType, field.GetValue(value), field.Name);
    }

    public override object ReadInline(GraphReader reader)
    {
        if (fields.Count == 0)
            reader.In.Byte();
        var box = RuntimeHelpers.GetUninitializedObject(Type);
        foreach (var field in fields)
            field.SetValue(box, reader.Slot(field.FieldType));
        return box;
    }
}

/// <summary>
/// The object that holds a scope's captured variables. C# puts all captured variables of a scope into one such object;
/// only those that the block's code uses travel, each by its token.
/// </summary>
internal sealed class ClosureCodec(Type type) : Codec(type)
{
    private readonly List<FieldInfo> _fields = FieldLists.AllOf(type);

    public override void WriteBody(GraphWriter writer, object value)
    {
        var used = _fields.FindAll(writer.Closures.Uses);
        writer.Out.Count(used.Count);
        foreach (var field in used)
        {
            writer.Out.Int(field.MetadataToken);
            writer.Slot(field.FieldType, field.GetValue(value), field.Name);
        }
    }

    public override void Fill(GraphReader reader, object target)
    {
        if (reader.Use == ValueUse.Result)
            throw new ValueFormatException("a result cannot contain a closure");
        for (var count = reader.In.Count(); count > 0; count--)
        {
            var token = reader.In.Int();
            var field = _fields.Find(field => field.MetadataToken == token)
                ?? throw new ValueFormatException($"{TypeText.Of(Type)} has no field {token:x8}");
            field.SetValue(target, reader.Slot(field.FieldType));
        }
    }
}

/// <summary>An exception: message, inner exception and the fields of the author's own levels; its stack trace as text.</summary>
internal sealed class ExceptionCodec(Type type, IReadOnlyList<FieldInfo> fields) : Codec(type)
{
    private static readonly FieldInfo Remote = typeof(Exception).GetField("_remoteStackTraceString", BindingFlags.Instance | BindingFlags.NonPublic)!;
    private static readonly FieldInfo[] Common =
        [.. new[] { "_message", "_innerException", "_HResult", "_helpURL", "_source" }.Select(static name => typeof(Exception).GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!)];

    public override void WriteBody(GraphWriter writer, object value)
    {
        foreach (var field in Common)
            writer.Slot(field.FieldType, field.GetValue(value), field.Name);
        writer.Slot(typeof(string), ((Exception)value).StackTrace is { } trace ? trace + Environment.NewLine : null, nameof(Exception.StackTrace));
        foreach (var field in fields)
            writer.Slot(field.FieldType, field.GetValue(value), field.Name);
    }

    public override void Fill(GraphReader reader, object target)
    {
        foreach (var field in Common)
            field.SetValue(target, reader.Slot(field.FieldType));
        Remote.SetValue(target, reader.Slot(typeof(string)));
        foreach (var field in fields)
            field.SetValue(target, reader.Slot(field.FieldType));
    }
}
