namespace Streams.FunctionalTests.Contracts;

/// <summary>The contract itself under test: with an executor that answers "pass" to everything most of it must turn red.</summary>
public sealed class BrokenStreamTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>What the author is refused at the call, and what is only a name: no executor is asked.</summary>
    private static readonly string[] HoldWithoutRunningAnything =
    [
        nameof(StreamContract.A_capture_that_cannot_travel_is_refused_before_anything_runs),
        nameof(StreamContract.A_command_that_cannot_be_one_is_refused_at_the_call),
        nameof(StreamContract.A_stream_is_named_after_its_host_and_the_second_gets_a_number),
        nameof(StreamContract.An_assignment_to_a_captured_variable_is_refused_for_the_test_would_not_see_it),
        nameof(StreamContract.This_is_refused_naming_the_member),
    ];

    [Fact, Trait("Campaign", "contract-broken")]
    public async Task An_executor_that_always_says_pass_turns_the_contract_red()
    {
        var names = CasesAttribute.For(Capabilities.All).ToList();
        var results = await Task.WhenAll(names.Select(async name => (Name: name, Exception: await RunAsync(name))));
        var green = results.Where(result => result.Exception is null).Select(result => result.Name).Order(StringComparer.Ordinal).ToList();
        var inProcess = CasesAttribute.For(Capabilities.None).Count();
        Campaign.Tell(
            output,
            "contract-broken",
            $"""
            The stream contract has {names.Count} cases for local workers and as many over ssh, {inProcess} for streams in the test's own process. With
            an executor that answers "passed" to everything {names.Count - green.Count} of {names.Count} turn red. The others ask no executor:
            {string.Join("; ", green.Select(name => name.Replace('_', ' ')))}.
            """);

        Assert.True(names.Count >= 40, $"{names.Count} cases");
        Assert.Equal(HoldWithoutRunningAnything.Order(StringComparer.Ordinal), green);
    }

    private static async Task<Exception?> RunAsync(string name)
    {
        var shared = new SharedStream();
        var exception = await Record.ExceptionAsync(() => new ContractCase(name).RunAsync(new Broken(shared)).WaitAsync(Limit));
        _ = await Record.ExceptionAsync(shared.DisposeAsync);
        return exception;
    }

    private sealed class Broken(SharedStream shared) : StreamContract(shared, new Silence())
    {
        protected override StreamKind Kind { get; } = new(StreamHost.Local)
        {
            Options = new StreamCollectionOptions { Executor = _ => new BrokenExecutor(), Owner = "Broken executor" },
        };
    }

    private sealed class Silence : ITestOutputHelper
    {
        public void WriteLine(string message)
        {
        }

        public void WriteLine(string format, params object[] args)
        {
        }
    }
}
