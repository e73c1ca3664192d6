namespace Streams.Owner;

/// <summary>Who told which test owns the streams.</summary>
internal enum OwnerSource
{
    Explicit,
    Block,
    XunitV2Output,
    XunitV3,
    NUnit,
    MSTest,
    XunitEvents,
    Stack,
    Caller,
}
