using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Contracts;

/// <summary>The contract on a way of two steps: over ssh to another host, and into a network namespace of that one.</summary>
[Collection(SshHostsCollection.Name)]
public sealed class ChainStreamContractTests(SshHosts hosts, SharedStream shared, ITestOutputHelper output)
    : StreamContract(shared, output), IClassFixture<SharedStream>, IAsyncLifetime
{
    private const string Network = "contract";

    protected override StreamKind Kind => new(StreamHost.Parse($"{hosts.Bed["dotnet"].Place}>netns:{Network}"))
    {
        Options = new StreamCollectionOptions { Ssh = new SshOptions { ConfigFile = hosts.Bed.SshConfig } },
    };

    [NeedsTheory(SshHosts.Needed)]
    [Cases(Capabilities.All)]
    public Task Holds(ContractCase that) => that.RunAsync(this);

    // The namespace goes with the bed. Each case asks for it, for none is the first by right.
    public Task InitializeAsync() => hosts.Bed.ExecAsync(hosts.Bed["dotnet"], $"ip netns add {Network} 2>/dev/null || test -e /run/netns/{Network}");

    public Task DisposeAsync() => Task.CompletedTask;
}
