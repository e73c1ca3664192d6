using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;

namespace Streams.Wire;

/// <summary>
/// Messages of a gRPC stream: a compressed-flag byte, a 4-byte big-endian length, then so many bytes of one message.
/// Each malformed case has its own sentence.
/// </summary>
internal static class GrpcFraming
{
    private const int HeaderSize = 5;

    /// <summary>Appends one message. Nothing is sent before the writer is flushed.</summary>
    /// <exception cref="GrpcException">The message is larger than <paramref name="limit"/>. Nothing was written.</exception>
    public static void Write(IBufferWriter<byte> output, IMessage message, int limit = WireLimits.MaxFrame)
    {
        var size = message.CalculateSize();
        if (size > limit)
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"a {message.Descriptor.Name} of {size:N0} bytes is larger than a message may be ({limit:N0})");
        var span = output.GetSpan(HeaderSize + size);
        span[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(span[1..], size);
        message.WriteTo(span.Slice(HeaderSize, size));
        output.Advance(HeaderSize + size);
    }

    /// <summary>Reads one message. Null: the peer has half-closed between two messages.</summary>
    /// <exception cref="GrpcException">What came is not a message of this type, or larger than <paramref name="limit"/>.</exception>
    public static async ValueTask<T?> ReadAsync<T>(PipeReader input, MessageParser<T> parser, int limit, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            var size = buffer.Length < HeaderSize ? -1 : ReadHeader(buffer, limit);
            if (size >= 0 && buffer.Length >= HeaderSize + size)
            {
                var body = buffer.Slice(HeaderSize, size);
                var message = Parse(body, parser);
                input.AdvanceTo(body.End);
                return message;
            }

            if (result.IsCompleted)
            {
                if (buffer.Length == 0)
                    return null;
                throw new GrpcException(GrpcStatusCode.Internal, $"the stream ended inside a message ({buffer.Length:N0} bytes of it came)");
            }

            // Examined to the end: that gives the sender credit for a message larger than its window.
            input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static int ReadHeader(ReadOnlySequence<byte> buffer, int limit)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        buffer.Slice(0, HeaderSize).CopyTo(header);
        if (header[0] == 1)
            throw new GrpcException(GrpcStatusCode.Unimplemented, "a compressed message came; only identity is spoken here") { IsMalformed = true };
        if (header[0] != 0)
            throw new GrpcException(GrpcStatusCode.Internal, $"the compressed flag of a message is {header[0]}") { IsMalformed = true };
        var size = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (size > limit)
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"a message of {size:N0} bytes was announced; at most {limit:N0} are allowed") { IsMalformed = true };
        return (int)size;
    }

    private static T Parse<T>(ReadOnlySequence<byte> body, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        if (body.Length >= WireWeight.LightBytes && !WireWeight.IsBearable(body, parser.ParseFrom([]).Descriptor))
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"a {typeof(T).Name} of {body.Length:N0} bytes has more than {WireWeight.MostFields:N0} fields, or is nested too deep") { IsMalformed = true };
        try
        {
            return parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new GrpcException(GrpcStatusCode.Internal, $"{body.Length:N0} bytes are not a {typeof(T).Name}: {exception.Message}", exception) { IsMalformed = true };
        }
    }
}
