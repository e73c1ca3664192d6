namespace Streams.FunctionalTests.Local.Supervision;

/// <summary>A worker gets the environment of the test process as it is when the worker starts.</summary>
public class SurroundingsTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Worker_sees_what_the_test_process_has_set_since_its_supervisor_began()
    {
        var name = "STREAMS_TEST_" + Guid.NewGuid().ToString("N");
        await using var streams = new StreamCollection(output.WriteLine);
        Assert.Null(await streams.Add("localhost", "before").RunFgAsync(() => Environment.GetEnvironmentVariable(name)).DefaultTimeout());

        Environment.SetEnvironmentVariable(name, "a value");
        try
        {
            var after = streams.Add("localhost", "after");
            Assert.Equal("a value", await after.RunFgAsync(() => Environment.GetEnvironmentVariable(name)).DefaultTimeout());
            Assert.Equal("a value\n", (await after.RunFgAsync($"printenv {name}").DefaultTimeout()).StandardOutput);
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        Assert.Null(await streams.Add("localhost", "at last").RunFgAsync(() => Environment.GetEnvironmentVariable(name)).DefaultTimeout());
    }
}
