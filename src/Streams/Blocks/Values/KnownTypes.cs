using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Streams.Blocks.Values;

/// <summary>The framework types that can travel. Everything else of the framework is refused.</summary>
internal static class KnownTypes
{
    /// <summary>Exceptions of the framework whose state is their message and inner exception alone.</summary>
    private static readonly Type[] PlainExceptions =
    [
        typeof(Exception), typeof(SystemException), typeof(ApplicationException), typeof(InvalidOperationException), typeof(NotSupportedException),
        typeof(NotImplementedException), typeof(TimeoutException), typeof(FormatException), typeof(IOException), typeof(KeyNotFoundException),
        typeof(IndexOutOfRangeException), typeof(ArithmeticException), typeof(DivideByZeroException), typeof(OverflowException),
        typeof(InvalidCastException), typeof(NullReferenceException), typeof(UnauthorizedAccessException), typeof(EndOfStreamException),
        typeof(DirectoryNotFoundException), typeof(InvalidDataException), typeof(RankException), typeof(ArrayTypeMismatchException),
        typeof(ArgumentException), typeof(ArgumentNullException), typeof(ArgumentOutOfRangeException), typeof(ObjectDisposedException), typeof(FileNotFoundException),
    ];

    private static readonly FrozenDictionary<Type, Codec> Leaves = MakeLeaves().ToFrozenDictionary(static codec => codec.Type);

    private static readonly FrozenDictionary<string, Type> Names = Leaves.Keys
        .Concat(GenericTypes.Definitions)
        .Concat([typeof(ValueType), typeof(Enum), typeof(Array), typeof(Delegate)])
        .ToFrozenDictionary(static type => type.FullName!);

    /// <summary>A type of the list (open, if generic) by its full name.</summary>
    public static Type? ByName(string name) => Names.GetValueOrDefault(name);

    public static Codec? Leaf(Type type) => Leaves.GetValueOrDefault(type);

    private static IEnumerable<Codec> MakeLeaves() =>
        [.. Numbers(), .. Times(), .. Texts(), .. Network(), new TypeCodec(), new SecretCodec(), new ObjectCodec(), .. PlainExceptions.Select(MakeException)];

    private static IEnumerable<Codec> Numbers() =>
    [
        new ScalarCodec<bool>((sink, value) => sink.Byte(value ? (byte)1 : (byte)0), source => source.Byte() != 0),
        new BitsCodec<char>(), new BitsCodec<sbyte>(), new BitsCodec<byte>(), new BitsCodec<short>(), new BitsCodec<ushort>(), new BitsCodec<int>(),
        new BitsCodec<uint>(), new BitsCodec<long>(), new BitsCodec<ulong>(), new BitsCodec<float>(), new BitsCodec<double>(),
        new BitsCodec<Half>(), new BitsCodec<Int128>(), new BitsCodec<UInt128>(), new BitsCodec<Guid>(), new BitsCodec<Complex>(),
        new ScalarCodec<decimal>(WriteDecimal, source => new decimal([source.Int(), source.Int(), source.Int(), source.Int()])),
        new ScalarCodec<BigInteger>((sink, value) => sink.Bytes(value.ToByteArray()), source => new BigInteger(source.Bytes())),
        new ScalarCodec<Index>((sink, value) => sink.Int(value.IsFromEnd ? ~value.Value : value.Value), source => ReadIndex(source)),
        new ScalarCodec<Range>(
            (sink, value) =>
            {
                sink.Int(value.Start.IsFromEnd ? ~value.Start.Value : value.Start.Value);
                sink.Int(value.End.IsFromEnd ? ~value.End.Value : value.End.Value);
            },
            source => new Range(ReadIndex(source), ReadIndex(source))),
        new ScalarCodec<Rune>((sink, value) => sink.Int(value.Value), source => new Rune(source.Int())),
    ];

    private static IEnumerable<Codec> Times() =>
    [
        new ScalarCodec<DateTime>(
            (sink, value) =>
            {
                sink.Long(value.Ticks);
                sink.Byte((byte)value.Kind);
            },
            source => new DateTime(source.Long(), (DateTimeKind)source.Byte())),
        new ScalarCodec<DateTimeOffset>(
            (sink, value) =>
            {
                sink.Long(value.Ticks);
                sink.Long(value.Offset.Ticks);
            },
            source => new DateTimeOffset(source.Long(), new TimeSpan(source.Long()))),
        new ScalarCodec<TimeSpan>((sink, value) => sink.Long(value.Ticks), source => new TimeSpan(source.Long())),
        new ScalarCodec<DateOnly>((sink, value) => sink.Int(value.DayNumber), source => DateOnly.FromDayNumber(source.Int())),
        new ScalarCodec<TimeOnly>((sink, value) => sink.Long(value.Ticks), source => new TimeOnly(source.Long())),
    ];

    private static IEnumerable<Codec> Texts() =>
    [
        new LeafCodec<string>((sink, value) => sink.Text(value), source => source.Text()),
        new LeafCodec<StringBuilder>((sink, value) => sink.Text(value.ToString()), source => new StringBuilder(source.Text())),
        new LeafCodec<Uri>((sink, value) => sink.Text(value.OriginalString), source => new Uri(source.Text(), UriKind.RelativeOrAbsolute)),
        new LeafCodec<Version>((sink, value) => sink.Text(value.ToString()), source => Version.Parse(source.Text())),
        new LeafCodec<CultureInfo>((sink, value) => sink.Text(value.Name), source => CultureInfo.GetCultureInfo(source.Text())),
        new LeafCodec<FileInfo>((sink, value) => sink.Text(value.FullName), source => new FileInfo(source.Text())),
        new LeafCodec<DirectoryInfo>((sink, value) => sink.Text(value.FullName), source => new DirectoryInfo(source.Text())),
        new LeafCodec<StringComparer>(
            (sink, value) => sink.Byte((byte)ComparerCodes.TryOf(value)!),
            source => ComparerCodes.StringComparerOf((ComparerCode)source.Byte())),
        new LeafCodec<Regex>(
            (sink, value) =>
            {
                sink.Text(value.ToString());
                sink.Int((int)value.Options);
                sink.Long(value.MatchTimeout.Ticks);
            },
            source => new Regex(source.Text(), (RegexOptions)source.Int() & ~RegexOptions.Compiled, new TimeSpan(source.Long()))),
        new ScalarCodec<JsonElement>(
            (sink, value) => sink.Text(value.ValueKind == JsonValueKind.Undefined ? "" : value.GetRawText()),
            source => source.Text() is { Length: > 0 } text ? JsonElement.Parse(text) : default),
    ];

    private static IEnumerable<Codec> Network() =>
    [
        new LeafCodec<IPAddress>((sink, value) => WriteAddress(sink, value), source => ReadAddress(source)),
        new LeafCodec<IPEndPoint>(
            (sink, value) =>
            {
                WriteAddress(sink, value.Address);
                sink.Int(value.Port);
            },
            source => new IPEndPoint(ReadAddress(source), source.Int())),
        new LeafCodec<DnsEndPoint>(
            (sink, value) =>
            {
                sink.Text(value.Host);
                sink.Int(value.Port);
                sink.Int((int)value.AddressFamily);
            },
            source => new DnsEndPoint(source.Text(), source.Int(), (System.Net.Sockets.AddressFamily)source.Int())),
    ];

    private static ExceptionCodec MakeException(Type type) =>
        new(type, [.. FieldLists.AllOf(type).Where(static field => field.DeclaringType != typeof(Exception) && field.FieldType == typeof(string))]);

    private static void WriteDecimal(ByteSink sink, decimal value)
    {
        foreach (var part in decimal.GetBits(value))
            sink.Int(part);
    }

    private static Index ReadIndex(ByteSource source)
    {
        var value = source.Int();
        return value < 0 ? new Index(~value, fromEnd: true) : new Index(value);
    }

    private static void WriteAddress(ByteSink sink, IPAddress address)
    {
        sink.Bytes(address.GetAddressBytes());
        sink.Long(address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? address.ScopeId : 0);
    }

    private static IPAddress ReadAddress(ByteSource source)
    {
        var bytes = source.Bytes();
        return bytes.Length == 16 ? new IPAddress(bytes, source.Long()) : new IPAddress(bytes) is var address && source.Long() == 0 ? address : throw new ValueFormatException("an address has a scope that it cannot have");
    }

    /// <summary>A plain object, as used for locking: only its identity counts.</summary>
    private sealed class ObjectCodec() : Codec(typeof(object));
}
