using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests;

/// <summary>Classes that mistreat hosts and accounts, on a bed of their own beside the other one.</summary>
[CollectionDefinition(Name)]
public sealed class BadHostsCollection : ICollectionFixture<SshHosts>
{
    public const string Name = "bad ssh hosts";
}
