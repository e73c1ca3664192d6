namespace Streams.Blocks.Values;

/// <summary>A secret: only as a capture, and only if its author said that it may.</summary>
internal sealed class SecretCodec() : Codec(typeof(Secret))
{
    public override bool IsPlain => true;

    public override void WriteHead(GraphWriter writer, object value)
    {
        var secret = (Secret)value;
        if (writer.Use == ValueUse.Result)
            throw writer.Refuse(typeof(Secret), "is never sent back: results are written to files");
        if (!secret.MayTravel)
            throw writer.Refuse(typeof(Secret), $"stays in this process, unless it is made with {nameof(Secret.MayTravel)} = true");
        writer.Heads.Text(secret.Reveal());
    }

    public override object Create(GraphReader reader) => new Secret(reader.In.Text()) { MayTravel = true };
}
