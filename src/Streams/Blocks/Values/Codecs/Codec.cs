using System.Runtime.CompilerServices;

namespace Streams.Blocks.Values;

/// <summary>
/// How values of one type are written and read. An object has a head (what is needed to create it) and a body (which may
/// refer to any other object); all heads come before all bodies, so that neither cycles nor length need recursion.
/// </summary>
internal abstract class Codec(Type type)
{
    public Type Type { get; } = type;

    /// <summary>True if equality and hash code of such values need no other object: they may be keys of a hashed collection from a hostile peer.</summary>
    public virtual bool IsPlain => false;

    public virtual void WriteHead(GraphWriter writer, object value)
    {
    }

    public virtual object Create(GraphReader reader) => RuntimeHelpers.GetUninitializedObject(Type);

    public virtual void WriteBody(GraphWriter writer, object value)
    {
    }

    public virtual void Fill(GraphReader reader, object target)
    {
    }
}

/// <summary>A value type: written in place where it is a field or an element, as an object where it is boxed.</summary>
internal abstract class InlineCodec(Type type) : Codec(type)
{
    private static readonly System.Reflection.MethodInfo OverwriteMethod = typeof(InlineCodec)
        .GetMethod(nameof(Overwrite), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;

    private Action<object, object>? _overwrite;

    public abstract void WriteInline(GraphWriter writer, object? value);

    public abstract object? ReadInline(GraphReader reader);

    public override void WriteBody(GraphWriter writer, object value) => WriteInline(writer, value);

    public override void Fill(GraphReader reader, object target)
    {
        _overwrite ??= OverwriteMethod.MakeGenericMethod(Type).CreateDelegate<Action<object, object>>();
        _overwrite(target, ReadInline(reader)!);
    }

    private static void Overwrite<T>(object box, object value)
        where T : struct => Unsafe.Unbox<T>(box) = (T)value;
}

/// <summary>
/// An immutable framework object that can only be made from its complete content. Its body is read before all other
/// bodies and may refer to others of its kind, but not in a circle.
/// </summary>
internal abstract class CompleteCodec(Type type) : Codec(type)
{
    public abstract object Make(GraphReader reader);
}
