using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Packages;

/// <summary>Classes that share one feed, and hosts for those who want to go there.</summary>
[CollectionDefinition(Name)]
public sealed class PackagesCollection : ICollectionFixture<PackageFeed>, ICollectionFixture<SshHosts>
{
    public const string Name = "packages";
}
