namespace Streams.FunctionalTests.Contracts;

/// <summary>A kind of stream for which the contract holds: where its streams run, and with which settings.</summary>
public sealed record StreamKind(StreamHost Host)
{
    public StreamCollectionOptions Options { get; init; } = new();
}
