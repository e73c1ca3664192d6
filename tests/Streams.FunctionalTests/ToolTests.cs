using System.Globalization;
using Streams.FunctionalTests.Packages;
using Streams.Hosts;
using Streams.Tests.Shared.TestBed;
using Streams.Tool;

namespace Streams.FunctionalTests;

/// <summary>The command line, against real hosts.</summary>
[Collection(SshHostsCollection.Name)]
public sealed class ToolTests(SshHosts hosts, ITestOutputHelper output)
{
    private Bed Bed => hosts.Bed;

    [NeedsFact(SshHosts.Needed)]
    public async Task Doctor_says_what_a_start_would_find_on_each_host_and_whom_it_reaches()
    {
        var (dotnet, bare) = (Bed["dotnet"], Bed["nodotnet"]);
        var (code, said) = await RunAsync("doctor", "--ssh-config", Bed.SshConfig, dotnet.Name, bare.Name, "local");

        Assert.Equal(ToolProgram.AllIsWell, code);
        Assert.Contains($"{dotnet.Address} port {dotnet.Port}", said, StringComparison.Ordinal);
        Assert.Matches(@"host key    ssh-ed25519 SHA256:\S+, known", said);
        Assert.Matches(@"login       by publickey: /\S+id_ed25519", said);
        Assert.Matches(@"system      Linux \S+, glibc", said);
        Assert.Matches(@"\.NET        /opt/dotnet/dotnet", said);
        Assert.Matches(@"\.NET        none", said);
        Assert.Matches(@"store       /root/\.cache/streams, [\d.]+ \w+ free", said);
        Assert.Matches(@"upload      .*runtime, \d+(\.\d)? MiB, once", said);
        Assert.Matches(@"clock       [+-]\d+\.\d{3} s against", said);
        var offset = double.Parse(System.Text.RegularExpressions.Regex.Match(said, @"clock +([+-][\d.]+) s").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(offset, -1, 1);
        Assert.Matches(@"round trip  \d+\.\d\d ms", said);
        Assert.Matches($@"(?m)^  {dotnet.Name} +- +yes$", said);
        Assert.Matches($@"(?m)^  {bare.Name} +yes +-$", said);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Doctor_tells_trouble_by_its_stage_and_exit_code_and_still_examines_the_others()
    {
        var (code, said) = await RunAsync("doctor", "--ssh-config", Bed.SshConfig, Bed["busybox"].Name, "no-such-host.invalid", Bed["dotnet"].Name);

        Assert.Equal(ToolProgram.HostHasTrouble, code);
        Assert.Contains("FAILED      the .NET of this machine does not run there: its C library is unknown", said, StringComparison.Ordinal);
        Assert.Contains("FAILED      at the stage 'name' (NameNotResolved)", said, StringComparison.Ordinal);
        Assert.Contains("/opt/dotnet/dotnet", said, StringComparison.Ordinal);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Clean_removes_what_is_kept_unless_an_agent_uses_it()
    {
        // Where no other test leaves an agent to its idle time.
        var host = Bed["busybox"];
        using var starter = new Bootstrap.Starter();
        var agent = await Bootstrap.Starter.StartAsync(
            new SshConnector(StreamHost.Parse(host.Place), new SshOptions { ConfigFile = Bed.SshConfig }), starter.Bundles, Bootstrap.Starter.WithoutDotnet);
        string[] clean = ["clean", "--ssh-config", Bed.SshConfig, host.Place];

        var (busy, refusal) = await RunAsync(clean);
        await agent.EchoAsync();
        await agent.DisposeAsync();
        await Eventually.True(() => Bed.ExecAsync(host, "pgrep -x cat || true").Result.Length == 0);
        var (code, said) = await RunAsync(clean);
        var (again, nothing) = await RunAsync(clean);

        Assert.Equal(ToolProgram.HostHasTrouble, busy);
        Assert.Contains("/root/.cache/streams stays: 1 running agent uses it", refusal, StringComparison.Ordinal);
        Assert.Equal(ToolProgram.AllIsWell, code);
        Assert.Contains("removed /root/.cache/streams (", said, StringComparison.Ordinal);
        Assert.Equal(ToolProgram.AllIsWell, again);
        Assert.Contains("nothing is kept there", nothing, StringComparison.Ordinal);
        Assert.Equal("", await Bed.ExecAsync(host, "ls /root/.cache"));
    }

    [Theory]
    [InlineData]
    [InlineData("doctor")]
    [InlineData("doctor", "--force", "web2")]
    [InlineData("clean", "--ssh-config")]
    [InlineData("cure", "web2")]
    [InlineData("doctor", "a;b")]
    public async Task Wrong_usage_is_said_before_anything_is_started(params string[] arguments)
    {
        var (code, said) = await RunAsync(arguments);
        Assert.Equal(ToolProgram.WrongUsage, code);
        Assert.NotEmpty(said);
    }

    [Fact]
    public async Task Tool_is_a_program_of_its_own()
    {
        var run = await Dotnet.RunAsync(AppContext.BaseDirectory, null, Path.Combine(Repository.Root, "src/Streams.Tool/bin", PackageFeed.Configuration, "net10.0/Streams.Tool.dll"), "doctor", "local");
        Assert.Contains("this machine", run.Succeeded(), StringComparison.Ordinal);
    }

    private async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        using var text = new StringWriter();
        var code = await ToolProgram.RunAsync(arguments, text, text, CancellationToken.None).DefaultTimeout();
        output.WriteLine(text.ToString());
        return (code, text.ToString());
    }
}
