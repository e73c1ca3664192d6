using System.Text;
using Google.Protobuf;

namespace Streams.Blocks.Values;

/// <summary>
/// Writes one value graph (docs/adr/0002): types, heads of all objects, bodies of those that must be complete to exist,
/// bodies of the others. Breadth first with a work list, so that a long chain of objects needs no stack.
/// </summary>
internal sealed class GraphWriter
{
    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<(object Value, Codec Codec, int Parent, Label Label)> _objects = [];
    private readonly Dictionary<Type, int> _typeNumbers = [];
    private readonly ByteSink _types = new();
    private readonly ByteSink _complete = new();
    private readonly ByteSink _bodies = new();
    private readonly string _rootName;
    private readonly IClosureUse? _closures;

    /// <summary>The way from the object that is being written to the slot that is being written.</summary>
    private readonly Stack<Label> _inside = new();
    private int _current = -1;

    private GraphWriter(string rootName, ValueUse use, IClosureUse? closures)
    {
        _rootName = rootName;
        Use = use;
        _closures = closures;
        Out = _bodies;
    }

    public ValueUse Use { get; }

    public ByteSink Heads { get; } = new();

    /// <summary>Where the body goes that is being written.</summary>
    public ByteSink Out { get; private set; }

    public IClosureUse Closures => _closures ?? throw Refuse(typeof(Delegate), "is code of this process");

    public static ByteString Write(object? value, string rootName, ValueUse use, IClosureUse? closures)
    {
        var writer = new GraphWriter(rootName, use, closures);
        try
        {
            return writer.Run(value);
        }
        catch (ValueTooLargeException)
        {
            throw writer.Refuse(writer._current < 0 ? value?.GetType() ?? typeof(object) : writer._objects[writer._current].Value.GetType(), $"makes the value larger than {Wire.WireLimits.MaxValue / (1024 * 1024)} MiB");
        }
    }

    public void Slot(Type declared, object? value, string name) => Slot(declared, value, new Label(name, 0));

    public void Slot(Type declared, object? value, int index) => Slot(declared, value, new Label(null, index));

    public int TypeIndex(Type type)
    {
        if (_typeNumbers.TryGetValue(type, out var number))
            return number;
        number = _typeNumbers.Count;
        _typeNumbers.Add(type, number);
        _types.Bytes(TypeIdentities.Of(type).ToByteArray());
        return number;
    }

    public ValueRefusedException Refuse(Type type, string reason) => new(Path(), type, reason);

    private ByteString Run(object? value)
    {
        var root = value is null ? 0 : Number(value, new Label(_rootName, 0));
        for (_current = 0; _current < _objects.Count; _current++)
        {
            var (instance, codec, _, _) = _objects[_current];
            if (codec is CompleteCodec)
                WriteComplete(codec, instance);
            else
                codec.WriteBody(this, instance);
        }

        var result = new ByteSink();
        result.Byte(ValueReader.Version);
        result.Count(_typeNumbers.Count);
        result.Raw(_types.Written);
        result.Count(_objects.Count);
        result.Raw(Heads.Written);
        result.Raw(_complete.Written);
        result.Raw(_bodies.Written);
        result.Count(root);
        return ByteString.CopyFrom(result.Written);
    }

    /// <summary>With its length, for such bodies are read when somebody needs them.</summary>
    private void WriteComplete(Codec codec, object instance)
    {
        Out = new ByteSink();
        codec.WriteBody(this, instance);
        _complete.Bytes(Out.Written);
        Out = _bodies;
    }

    private void Slot(Type declared, object? value, Label label)
    {
        _inside.Push(label);
        if (!declared.IsValueType)
            Out.Count(value is null ? 0 : Number(value, label));
        else if (Codecs.Find(declared) is InlineCodec codec)
            codec.WriteInline(this, value);
        else
            throw Refuse(declared, Codecs.WhyNot(declared));
        _inside.Pop();
    }

    /// <summary>The number (from 1) of an object; a new one is put on the work list.</summary>
    private int Number(object value, Label label)
    {
        if (_numbers.TryGetValue(value, out var number))
            return number;
        var type = Codecs.TypeOf(value);
        if (_current < 0)
            _inside.Push(label);
        var codec = Codecs.Find(type) ?? throw Refuse(type, Codecs.WhyNot(type));
        Heads.Count(TypeIndex(type));
        codec.WriteHead(this, value);
        if (_current < 0)
            _inside.Pop();
        _objects.Add((value, codec, _current, _inside.Count > 1 ? label with { Before = [.. _inside.Skip(1)] } : label));
        _numbers.Add(value, _objects.Count);
        return _objects.Count;
    }

    private string Path()
    {
        var labels = new List<Label>(_inside);
        for (var number = _current; number >= 0; number = _objects[number].Parent)
        {
            labels.Add(_objects[number].Label);
            if (_objects[number].Label.Before is { } before)
                labels.AddRange(before);
            if (labels.Count > 64)
                break;
        }

        var text = new StringBuilder();
        for (var i = labels.Count - 1; i >= 0; i--)
            labels[i].AppendTo(text);
        return text.Length == 0 ? "the value" : text.ToString();
    }

    /// <summary>One step of a path. <see cref="Before"/>: the structs on the way, innermost first.</summary>
    private readonly record struct Label(string? Name, int Index, Label[]? Before = null)
    {
        public void AppendTo(StringBuilder text)
        {
            if (Name is null)
            {
                text.Append('[').Append(Index).Append(']');
                return;
            }

            var shown = FieldText.Of(Name);
            if (shown.Length > 0)
                text.Append(text.Length == 0 ? "" : ".").Append(shown);
        }
    }
}
