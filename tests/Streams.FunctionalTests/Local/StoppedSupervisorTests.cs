namespace Streams.FunctionalTests.Local;

/// <summary>Alone: all collections of a process share its supervisor, which is stopped here.</summary>
[CollectionDefinition(nameof(StoppedSupervisorTests), DisableParallelization = true)]
[Collection(nameof(StoppedSupervisorTests))]
public class StoppedSupervisorTests(ITestOutputHelper output) : StreamsTest
{
    [Fact]
    public async Task A_stopped_supervisor_costs_the_block_and_not_the_test()
    {
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Grace = TimeSpan.FromSeconds(1) });
        var stream = streams.Add("localhost");

        // It is the parent of the worker, which is the parent of the shell; and something is left to be swept.
        var run = stream.RunBg("kill -STOP $(ps -o ppid= -p $PPID); setsid sleep 300 >/dev/null 2>&1 &");
        var result = await run.Completion.WaitAsync(TimeSpan.FromSeconds(60));

        output.WriteLine(result.Message);
        Assert.Equal(7, await stream.RunFgAsync(static () => 7).DefaultTimeout());
        await streams.WaitAsync(ignoreFailures: true).DefaultTimeout();
    }
}
