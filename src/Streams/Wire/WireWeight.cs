using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Streams.Wire;

/// <summary>
/// Counts the fields of a message before it is parsed. A field of two bytes can become an object of fifty: 17 MiB of them
/// would take half a gigabyte.
/// </summary>
internal static class WireWeight
{
    /// <summary>Far more than any message of ours has: what is large in them is a single field.</summary>
    public const int MostFields = 65_536;

    /// <summary>A message of fewer bytes cannot become large.</summary>
    public const int LightBytes = 64 * 1024;

    private const int MostNesting = 32;

    /// <summary>False if it has too many fields, or is nested too deep. What is no message at all the parser tells better.</summary>
    public static bool IsBearable(in ReadOnlySequence<byte> message, MessageDescriptor descriptor)
    {
        if (message.Length < LightBytes)
            return true;
        var left = MostFields;
        return Count(message, descriptor, MostNesting, ref left);
    }

    private static bool Count(in ReadOnlySequence<byte> message, MessageDescriptor? descriptor, int nesting, ref int left)
    {
        if (nesting == 0)
            return false;
        var reader = new SequenceReader<byte>(message);
        while (!reader.End)
        {
            if (--left < 0)
                return false;
            if (!TryReadVarint(ref reader, out var tag) || !TrySkip(ref reader, tag, out var body))
                return true;
            if (body is { } inner && descriptor?.FindFieldByNumber((int)(tag >> 3)) is { FieldType: FieldType.Message } field && !Count(inner, field.MessageType, nesting - 1, ref left))
                return false;
        }

        return true;
    }

    /// <summary>Goes past one field's value; a length-delimited one is given out.</summary>
    private static bool TrySkip(ref SequenceReader<byte> reader, ulong tag, out ReadOnlySequence<byte>? body)
    {
        body = null;
        switch ((WireFormat.WireType)(tag & 7))
        {
            case WireFormat.WireType.Varint:
                return TryReadVarint(ref reader, out _);
            case WireFormat.WireType.Fixed64 when reader.Remaining >= 8:
                reader.Advance(8);
                return true;
            case WireFormat.WireType.Fixed32 when reader.Remaining >= 4:
                reader.Advance(4);
                return true;
            case WireFormat.WireType.LengthDelimited when TryReadVarint(ref reader, out var length) && length <= (ulong)reader.Remaining:
                body = reader.UnreadSequence.Slice(0, (long)length);
                reader.Advance((long)length);
                return true;
            default:
                return (tag & 7) is (ulong)WireFormat.WireType.StartGroup or (ulong)WireFormat.WireType.EndGroup; // its fields count like others
        }
    }

    private static bool TryReadVarint(ref SequenceReader<byte> reader, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 70 && reader.TryRead(out var next); shift += 7)
        {
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return true;
        }

        return false;
    }
}
