using Streams.Wire;

namespace Streams.Blocks.Parts;

/// <summary>Parts in words and on the wire.</summary>
internal static class BlockParts
{
    /// <summary>As in the record and in messages: "set-up", "run", "tear-down".</summary>
    public static string InWords(BlockPart part) => part switch
    {
        BlockPart.SetUp => "set-up",
        BlockPart.TearDown => "tear-down",
        _ => "run",
    };

    public static WirePart ToWire(BlockPart part) => part switch
    {
        BlockPart.SetUp => WirePart.PartSetUp,
        BlockPart.TearDown => WirePart.PartTearDown,
        _ => WirePart.PartRun,
    };

    /// <summary>Null: none, or one that is not known here.</summary>
    public static BlockPart? FromWire(WirePart part) => part switch
    {
        WirePart.PartSetUp => BlockPart.SetUp,
        WirePart.PartRun => BlockPart.Run,
        WirePart.PartTearDown => BlockPart.TearDown,
        _ => null,
    };
}
