using Google.Protobuf;
using Streams.Wire;

namespace Streams.Blocks.Values;

/// <summary>A captured delegate: its method, and the used part of its target.</summary>
internal sealed class DelegateCodec(Type type) : CompleteCodec(type)
{
    public override object Create(GraphReader reader) => this;

    public override void WriteBody(GraphWriter writer, object value)
    {
        var captured = (Delegate)value;
        if (writer.Use == ValueUse.Result)
            throw writer.Refuse(Type, "is code of this process, which a result cannot contain");
        writer.Closures.Visit(writer, captured);
        writer.Out.Bytes(MethodIdentities.Of(captured.Method).ToByteArray());
        writer.Slot(typeof(object), captured.Target, "");
    }

    public override object Make(GraphReader reader)
    {
        if (reader.Use == ValueUse.Result)
            throw new ValueFormatException("a result cannot contain a delegate");
        var identity = MethodIdentity.Parser.ParseFrom(reader.In.Bytes());
        var target = reader.Slot(typeof(object));
        var method = MethodIdentities.Resolve(identity, TrustingTypeResolver.Instance);
        return Delegate.CreateDelegate(Type, target, method);
    }
}
