using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Remote;

/// <summary>Requirements, a stream's environment and fresh workers on other hosts.</summary>
[Collection(SshHostsCollection.Name)]
public class RemoteRulesTests(SshHosts hosts, ITestOutputHelper output)
{
    [NeedsFact(SshHosts.Needed)]
    public async Task What_a_host_lacks_is_looked_for_there_and_the_stream_goes_on()
    {
        var host = hosts.Bed["dotnet"];
        await using var streams = NewCollection();
        var stream = streams.Add(host.Place, "far", new StreamOptions { Environment = new Dictionary<string, string> { ["ROLE"] = "far" } });

        var skipped = await stream.RunBg(() => { }, new BlockOptions { Requires = [Requires.Command("netperf-that-nobody-has"), Requires.That(() => Environment.GetEnvironmentVariable("ROLE") == "near", "role near")] }).Completion.DefaultTimeout();
        var first = await stream.RunFgAsync(() => $"{Environment.GetEnvironmentVariable("ROLE")} {Environment.ProcessId}", new BlockOptions { Requires = [Requires.Command("sh"), Requires.Memory(1)] }).DefaultTimeout();
        await stream.RestartWorkerAsync().DefaultTimeout();
        var second = await stream.RunFgAsync("echo $ROLE $PPID").DefaultTimeout();

        Assert.Equal((BlockOutcome.Skip, OutcomeReason.RequirementUnmet), (skipped.Outcome, skipped.Reason));
        Assert.Matches($"^host {host.Place}: no 'netperf-that-nobody-has' in PATH \\(.*\\); not met: role near$", skipped.Message);
        Assert.Null(skipped.QueuedFor);
        Assert.StartsWith("far ", first, StringComparison.Ordinal);
        Assert.StartsWith("far ", second.StandardOutput, StringComparison.Ordinal);
        Assert.NotEqual(first, second.StandardOutput.Trim());
        await streams.WaitAsync().DefaultTimeout();
    }

    private StreamCollection NewCollection() =>
        new(output.WriteLine, new StreamCollectionOptions { Ssh = new SshOptions { ConfigFile = hosts.Bed.SshConfig } });
}
