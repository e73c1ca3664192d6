namespace Streams.FunctionalTests.Contracts;

/// <summary>The contract in worker processes of this machine.</summary>
public sealed class LocalStreamContractTests(SharedStream shared, ITestOutputHelper output) : StreamContract(shared, output), IClassFixture<SharedStream>
{
    protected override StreamKind Kind { get; } = new(StreamHost.Local);

    [Theory]
    [Cases(Capabilities.All)]
    public Task Holds(ContractCase that) => that.RunAsync(this);
}
