namespace Streams.FunctionalTests.Contracts;

/// <summary>The contract behind a command that gives a shell: <c>ip netns exec</c>.</summary>
[Collection(NetworkNamespaceCollection.Name)]
public sealed class CommandStreamContractTests(NetworkNamespace network, SharedStream shared, ITestOutputHelper output)
    : StreamContract(shared, output), IClassFixture<SharedStream>
{
    protected override StreamKind Kind => new(network.Host);

    [NeedsTheory(NetworkNamespace.Needed)]
    [Cases(Capabilities.All)]
    public Task Holds(ContractCase that) => that.RunAsync(this);
}
