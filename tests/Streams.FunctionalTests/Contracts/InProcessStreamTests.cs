namespace Streams.FunctionalTests.Contracts;

/// <summary>The contract in the test's own process.</summary>
public sealed class InProcessStreamTests(SharedStream shared, ITestOutputHelper output) : StreamContract(shared, output), IClassFixture<SharedStream>
{
    protected override StreamKind Kind { get; } = new(StreamHost.InProcess);

    [Theory]
    [Cases(Capabilities.None)]
    public Task Holds(ContractCase that) => that.RunAsync(this);
}
