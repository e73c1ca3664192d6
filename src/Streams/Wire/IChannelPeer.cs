using Google.Protobuf;

namespace Streams.Wire;

/// <summary>What a relayed channel says to its other end.</summary>
internal interface IChannelPeer
{
    ValueTask SendDataAsync(ulong channel, ByteString data);

    ValueTask SendEndAsync(ulong channel);

    ValueTask SendCreditAsync(ulong channel, uint bytes);
}
