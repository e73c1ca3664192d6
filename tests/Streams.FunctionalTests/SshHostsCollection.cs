using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests;

/// <summary>Classes that share one bed. They only read it, or change a home directory of their own.</summary>
[CollectionDefinition(Name)]
public sealed class SshHostsCollection : ICollectionFixture<SshHosts>
{
    public const string Name = "ssh hosts";
}
