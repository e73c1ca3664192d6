using System.Globalization;
using Streams.Processes;

namespace Streams.Tests.Supervision;

/// <summary>Promise 2: every way to end is named.</summary>
public class WorkerEndTests
{
    [Theory]
    [InlineData("stack overflow", "was ended by a stack overflow")]
    [InlineData("FailFast", "was ended by Environment.FailFast")]
    [InlineData("exception", "was ended by an unhandled exception")]
    [InlineData("abort", "was ended by SIGABRT (abort)")]
    [InlineData("wild pointer", "was ended by ")]
    [InlineData("kill", "was ended by SIGKILL (kill -9)")]
    [InlineData("zero", "ended the process by itself (exit code 0)")]
    [InlineData("seven", "exited with code 7")]
    public async Task Death_is_named(string how, string words)
    {
        await using var fixture = new SupervisorFixture();
        await fixture.StartAsync("w", DotnetLaunch.Find().Dotnet, "exec", ProbeProgram.Path, "die", how);

        var ended = await fixture.Client.EndedAsync("w").DefaultTimeout();

        Assert.Contains(words, ended.Describe(fixture.TailOf("w")));
        Assert.False(ended.EndedBySupervisor);
        Assert.False(ended.KernelOutOfMemory);
    }

    [Fact]
    public async Task Segmentation_fault_of_native_code_is_named()
    {
        await using var fixture = new SupervisorFixture();
        await fixture.StartShellAsync("w", "kill -SEGV $$");

        var ended = await fixture.Client.EndedAsync("w").DefaultTimeout();

        Assert.Equal("was ended by SIGSEGV (segmentation fault)", ended.Describe(fixture.TailOf("w")));
    }

    [Fact]
    public async Task Worker_that_ignores_being_asked_is_killed_after_the_grace()
    {
        await using var fixture = new SupervisorFixture();
        await fixture.StartShellAsync("w", "trap '' TERM; echo ready; while :; do sleep 1; done");
        await fixture.PrintedAsync("w", "ready");

        var ended = await fixture.Client.StopAsync("w", TimeSpan.FromMilliseconds(200)).DefaultTimeout();

        Assert.Equal(9, ended.Signal);
        Assert.True(ended.EndedBySupervisor);
    }

    [Fact]
    public async Task Stopped_worker_is_killed()
    {
        await using var fixture = new SupervisorFixture("subreaper");
        await fixture.StartShellAsync("w", "echo ready; kill -STOP $$; echo on");
        await fixture.PrintedAsync("w", "ready");

        var ended = await fixture.Client.StopAsync("w", TimeSpan.FromMilliseconds(50)).DefaultTimeout();

        Assert.Equal(9, ended.Signal);
    }

    [Fact]
    public async Task Worker_that_heeds_being_asked_may_clean_up()
    {
        await using var fixture = new SupervisorFixture();
        await fixture.StartShellAsync("w", "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.01; done");
        await fixture.PrintedAsync("w", "ready");

        var ended = await fixture.Client.StopAsync("w", TimeSpan.FromSeconds(30)).DefaultTimeout();

        Assert.Equal(5, ended.ExitCode);
        Assert.Contains("bye", await File.ReadAllTextAsync(fixture.OutputOf("w")));
    }

    [Fact]
    public async Task Worker_without_its_framework_tells_so()
    {
        await using var fixture = new SupervisorFixture();
        var config = fixture["bad.runtimeconfig.json"];
        await File.WriteAllTextAsync(config, """{"runtimeOptions":{"framework":{"name":"No.Such.Framework","version":"99.0.0"}}}""");
        var launch = DotnetLaunch.Find();
        await fixture.StartAsync("w", launch.Dotnet, "exec", "--runtimeconfig", config, launch.Program);

        var text = (await fixture.Client.EndedAsync("w").DefaultTimeout()).Describe(fixture.TailOf("w"));

        Assert.Contains("the framework that its runtimeconfig.json asks for is not installed (exit code 150)", text);
        Assert.Contains("No.Such.Framework", string.Join('\n', fixture.TailOf("w")));
    }

    [Fact]
    public async Task Worker_without_its_program_tells_so()
    {
        await using var fixture = new SupervisorFixture();
        await fixture.StartAsync("w", DotnetLaunch.Find().Dotnet, "exec", fixture["missing.dll"]);

        var text = (await fixture.Client.EndedAsync("w").DefaultTimeout()).Describe(fixture.TailOf("w"));

        Assert.Contains("could not be started by dotnet", text);
        Assert.Contains("missing.dll", string.Join('\n', fixture.TailOf("w")));
    }

    [Fact]
    public async Task Worker_that_is_stopped_while_it_starts_is_stopped()
    {
        await using var fixture = new SupervisorFixture();
        var starting = fixture.StartShellAsync("w", "sleep 100");

        var ended = await fixture.Client.StopAsync("w", TimeSpan.Zero).DefaultTimeout();

        Assert.Equal("", (await starting).Error);
        Assert.Equal(9, ended.Signal);
    }

    [Theory]
    [InlineData("/no/such/program", "/no/such/program could not be started: No such file or directory (errno 2)")]
    [InlineData("sleep", "its command has to begin with an absolute path")]
    public async Task Start_that_fails_says_why(string program, string words)
    {
        await using var fixture = new SupervisorFixture();

        Assert.Equal(words, (await fixture.StartAsync("w", program)).Error);
        var never = await Assert.ThrowsAsync<IOException>(() => fixture.Client.EndedAsync("w").DefaultTimeout());
        Assert.Contains(words, never.Message);
    }

    [Theory]
    [InlineData("cgroup")]
    [InlineData("subreaper")]
    public async Task Daemon_that_a_block_has_killed_is_gone_for_it(string containment)
    {
        await using var fixture = new SupervisorFixture(containment);
        await fixture.StartAsync("w", DotnetLaunch.Find().Dotnet, "exec", ProbeProgram.Path, "adopt");

        Assert.Equal(4, (await fixture.Client.EndedAsync("w").DefaultTimeout()).ExitCode);
    }

    [NeedsFact(Needs.Root | Needs.Python)]
    public async Task Kill_by_the_kernel_for_want_of_memory_is_told_from_kill_9()
    {
        await using var fixture = new SupervisorFixture();
        var group = "/sys/fs/cgroup/memory/streams-test-" + Guid.NewGuid().ToString("N");
        if (!Directory.Exists("/sys/fs/cgroup/memory"))
            return; // no version 1 hierarchy to make a small group in
        Directory.CreateDirectory(group);
        try
        {
            await File.WriteAllTextAsync(group + "/memory.limit_in_bytes", "33554432");
            await fixture.StartShellAsync("w", $"echo $$ > {group}/cgroup.procs; exec /usr/bin/python3 -c 'x = bytearray(200 << 20)'");

            var ended = await fixture.Client.EndedAsync("w").DefaultTimeout();

            Assert.Equal(9, ended.Signal);
            Assert.True(ended.KernelOutOfMemory);
            Assert.Contains("killed by the kernel, for the machine or its memory limit was out of memory", ended.Describe(fixture.TailOf("w")));
        }
        finally
        {
            Directory.Delete(group);
        }
    }

    [Fact]
    public async Task Children_of_a_worker_find_plain_surroundings()
    {
        await using var fixture = new SupervisorFixture();
        await fixture.StartAsync("w", DotnetLaunch.Find().Dotnet, "exec", ProbeProgram.Path, "surroundings");
        await fixture.Client.EndedAsync("w").DefaultTimeout();

        var lines = await File.ReadAllLinesAsync(fixture.OutputOf("w"));

        Assert.DoesNotContain(lines, line => line.Contains("Broken pipe"));
        Assert.Contains("500", lines);
        Assert.Contains("0", lines); // none of our private variables
        Assert.Contains("/dev/null", lines);
        Assert.Contains("stdin -1", lines);
        var ignored = lines.Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)).Split('\t')[1];
        Assert.Equal(0UL, ulong.Parse(ignored, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 0x7fff_ffff);
    }
}
