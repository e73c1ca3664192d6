namespace Streams.FunctionalTests.Contracts;

/// <summary>Its namespace goes after the last stream of its classes.</summary>
[CollectionDefinition(Name)]
public sealed class NetworkNamespaceCollection : ICollectionFixture<NetworkNamespace>
{
    public const string Name = "network namespace";
}
