using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Streams.Blocks.Values;

/// <summary>Finds the codec of a type, or the reason why there is none.</summary>
internal static class Codecs
{
    private static readonly ConcurrentDictionary<Type, (Codec? Codec, string Reason)> Cache = new();

    public static Codec? Find(Type type) => Lookup(type).Codec;

    /// <summary>Why a type has no codec, as a predicate that follows its name.</summary>
    public static string WhyNot(Type type) => Lookup(type).Reason;

    public static bool IsPlain(Type type) => Find(type)?.IsPlain ?? false;

    /// <summary>Private subclasses that the framework hands out stand for their public base.</summary>
    public static Type TypeOf(object value) => value switch
    {
        string => typeof(string),
        Type => typeof(Type),
        IPAddress => typeof(IPAddress),
        StringComparer comparer when ComparerCodes.TryOf(comparer) is not null => typeof(StringComparer),
        _ => PublicBase(value.GetType()),
    };

    /// <summary>True for the compiler's objects that hold captured variables.</summary>
    public static bool IsClosure(Type type) =>
        !type.IsValueType && type.Name.StartsWith('<') && type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
        && (type.Name.StartsWith("<>c", StringComparison.Ordinal) || type.Name.Contains("DisplayClass", StringComparison.Ordinal));

    /// <summary>The frozen collections are many private classes below two public ones.</summary>
    private static Type PublicBase(Type type) =>
        type.Assembly == typeof(FrozenSet).Assembly && FrozenBase(type) is { } frozen ? frozen : type;

    private static Type? FrozenBase(Type? level)
    {
        for (; level is not null; level = level.BaseType)
        {
            if (level.IsGenericType && level.GetGenericTypeDefinition() is var definition && (definition == typeof(FrozenSet<>) || definition == typeof(FrozenDictionary<,>)))
                return level;
        }

        return null;
    }

    private static (Codec? Codec, string Reason) Lookup(Type type)
    {
        if (Cache.TryGetValue(type, out var known))
            return known;
        Codec? codec = null;
        var reason = TypeIdentities.WhyNot(type) ?? TryMake(type, out codec);
        return Cache.GetOrAdd(type, (codec, reason ?? ""));
    }

    private static string? TryMake(Type type, out Codec? codec)
    {
        codec = KnownTypes.Leaf(type);
        if (codec is not null)
            return null;
        if (type.IsEnum)
            codec = new EnumCodec(type, (InlineCodec)Find(type.GetEnumUnderlyingType())!);
        else if (type.IsArray)
            codec = type.GetElementType()! is { IsPointer: true } ? null : new ArrayCodec(type);
        else if (Nullable.GetUnderlyingType(type) is { } underlying)
            codec = Find(underlying) is InlineCodec inline ? new NullableCodec(type, inline) : null;
        else if (typeof(Delegate).IsAssignableFrom(type))
            codec = type.IsAbstract ? null : new DelegateCodec(type);
        else if (FrameworkAssemblies.Contains(type.Assembly))
            codec = type.IsGenericType ? GenericTypes.Make(type) : null;
        else
            return TryMakeFields(type, out codec);
        return codec is null ? Bound.Reason(type) : null;
    }

    private static string? TryMakeFields(Type type, out Codec? codec)
    {
        codec = null;
        if (Bound.Find(type) is { } bound)
            return bound;
        if (type.IsAbstract || type.IsInterface || type.IsByRefLike)
            return "has no values of its own";
        if (IsClosure(type))
        {
            codec = new ClosureCodec(type);
            return null;
        }

        // Its finalizer would run in the other process too, over a copy of what it owns here.
        if (type.GetMethod("Finalize", BindingFlags.Instance | BindingFlags.NonPublic, []) is { } finalizer && finalizer.DeclaringType != typeof(object))
            return "has a finalizer: it owns something of this process";
        var fields = FieldLists.AllOf(type);
        var ofFramework = fields.Find(static field => FrameworkAssemblies.Contains(field.DeclaringType!.Assembly));
        if (type.IsValueType)
            codec = new StructCodec(type, fields);
        else if (ofFramework is null)
            codec = new FieldsCodec(type, fields);
        else if (typeof(Exception).IsAssignableFrom(type) && KnownTypes.Leaf(FrameworkBase(type)) is ExceptionCodec)
            codec = new ExceptionCodec(type, fields.FindAll(static field => field.DeclaringType != typeof(Exception)));
        else
            return $"derives from {TypeText.Of(FrameworkBase(type))}, whose state cannot be copied";
        return null;
    }

    private static Type FrameworkBase(Type type)
    {
        while (!FrameworkAssemblies.Contains(type.Assembly))
            type = type.BaseType!;
        return type;
    }
}
