using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Contracts;

/// <summary>The contract on another host, over ssh.</summary>
[Collection(SshHostsCollection.Name)]
public sealed class SshStreamContractTests(SshHosts hosts, SharedStream shared, ITestOutputHelper output) : StreamContract(shared, output), IClassFixture<SharedStream>
{
    protected override StreamKind Kind => new(StreamHost.Parse(hosts.Bed["dotnet"].Place))
    {
        Options = new StreamCollectionOptions { Ssh = new SshOptions { ConfigFile = hosts.Bed.SshConfig } },
    };

    [NeedsTheory(SshHosts.Needed)]
    [Cases(Capabilities.All)]
    public Task Holds(ContractCase that) => that.RunAsync(this);
}
