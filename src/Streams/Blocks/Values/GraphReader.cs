using Streams.Wire;

namespace Streams.Blocks.Values;

/// <summary>Reads one value graph: creates all objects from their heads, then fills them.</summary>
internal sealed class GraphReader(ReadOnlyMemory<byte> bytes, ValueUse use, TypeResolver resolver)
{
    private const int MaxNesting = 200;

    private readonly List<Action> _whenWhole = [];
    private Type[] _types = [];
    private Codec[] _codecs = [];
    private object[] _objects = [];

    /// <summary>Where the body of an object begins that must be complete to exist; 0: already made, -1: being made.</summary>
    private int[] _bodies = [];
    private int _nesting;

    /// <summary>Elements that arrays may still have: no more in all than the graph has bytes.</summary>
    private long _elements = bytes.Length;

    public ByteSource In { get; } = new(bytes);

    public ValueUse Use { get; } = use;

    /// <summary>The comparer of the complete collection that is being made.</summary>
    public ComparerCode ComparerOfCurrent { get; private set; }

    public object? Run()
    {
        if (bytes.Length > WireLimits.MaxValue)
            throw new ValueFormatException($"a value of {bytes.Length:N0} bytes is larger than {WireLimits.MaxValue:N0}");
        if (In.Byte() is var version && version != ValueReader.Version)
            throw new ValueFormatException($"value format {version} is unknown here");
        ReadTypes();
        ReadHeads();
        MakeComplete();
        for (var i = 0; i < _objects.Length; i++)
        {
            if (_codecs[i] is not CompleteCodec)
                _codecs[i].Fill(this, _objects[i]);
        }

        var root = Reference();
        if (In.Remaining != 0)
            throw new ValueFormatException($"{In.Remaining:N0} bytes follow the end of the value");

        // Last found first: a key is whole before the collection that hashes it is filled.
        for (var i = _whenWhole.Count - 1; i >= 0; i--)
            _whenWhole[i]();
        return root;
    }

    public object? Slot(Type declared)
    {
        if (declared.IsValueType)
            return (Codecs.Find(declared) as InlineCodec ?? throw new ValueFormatException($"a {TypeText.Of(declared)} {Codecs.WhyNot(declared)}")).ReadInline(this);
        var value = Reference();
        return value is null || declared.IsInstanceOfType(value)
            ? value
            : throw new ValueFormatException($"a {TypeText.Of(value.GetType())} stands where a {TypeText.Of(declared)} belongs");
    }

    public Type TypeAt(int index) => index < _types.Length ? _types[index] : throw new ValueFormatException($"there is no type {index}");

    public void Spend(long elements)
    {
        _elements -= elements;
        if (elements < 0 || _elements < 0)
            throw new ValueFormatException("more array elements are announced than there are bytes");
    }

    /// <summary>For what runs code of the objects (hash codes, comparisons): after all of them are filled.</summary>
    public void WhenWhole(Action fill) => _whenWhole.Add(fill);

    private void ReadTypes()
    {
        _types = new Type[In.Count()];
        for (var i = 0; i < _types.Length; i++)
            _types[i] = resolver.Resolve(TypeIdentity.Parser.ParseFrom(In.Bytes()));
    }

    private void ReadHeads()
    {
        var count = In.Count();
        _codecs = new Codec[count];
        _objects = new object[count];
        for (var i = 0; i < count; i++)
        {
            var type = TypeAt(In.Count());
            var codec = Codecs.Find(type) ?? throw new ValueFormatException($"a {TypeText.Of(type)} {Codecs.WhyNot(type)}");
            if (codec is NullableCodec)
                throw new ValueFormatException($"a {TypeText.Of(type)} is no object");
            _codecs[i] = codec;
            _objects[i] = codec.Create(this);
        }
    }

    private void MakeComplete()
    {
        _bodies = new int[_objects.Length];
        for (var i = 0; i < _objects.Length; i++)
        {
            if (_codecs[i] is CompleteCodec)
            {
                var length = In.Count();
                _bodies[i] = In.Position;
                In.Position += length;
            }
        }

        var end = In.Position;
        for (var i = 0; i < _objects.Length; i++)
        {
            if (_bodies[i] > 0)
                Make(i);
        }

        In.Position = end;
    }

    private void Make(int index)
    {
        if (++_nesting > MaxNesting)
            throw new ValueFormatException("immutable collections are nested too deeply");
        var position = In.Position;
        In.Position = _bodies[index];
        _bodies[index] = -1;
        var comparer = ComparerOfCurrent;
        ComparerOfCurrent = _objects[index] is ComparerCode code ? code : ComparerCode.Default;
        _objects[index] = ((CompleteCodec)_codecs[index]).Make(this);
        ComparerOfCurrent = comparer;
        _bodies[index] = 0;
        In.Position = position;
        _nesting--;
    }

    private object? Reference()
    {
        var number = In.Number();
        if (number == 0)
            return null;
        if (number > (ulong)_objects.Length)
            throw new ValueFormatException($"there is no object {number}");
        var index = (int)number - 1;
        if (_bodies[index] != 0)
        {
            if (_bodies[index] < 0)
                throw new ValueFormatException("an immutable collection contains itself");
            Make(index);
        }

        return _objects[index];
    }
}
