using Streams.Hosts;
using Streams.Remoting;
using Streams.Tests.Shared.TestBed;
using Xunit.Abstractions;

namespace Streams.FunctionalTests.Bootstrap;

/// <summary>Hosts whose start files print, end or hang, and stores that somebody else has touched.</summary>
[Collection(SshHostsCollection.Name)]
public sealed class HostileHostTests(SshHosts hosts, ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private const string Store = "/root/.cache/streams";

    private readonly Starter _starter = new();

    private Bed Bed => hosts.Bed;

    private BedHost Host => Bed["nodotnet"];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (Requirements.WhySkip(SshHosts.Needed) is null)
            await new StartFiles(Bed, Host).RemoveAsync();
    }

    public void Dispose() => _starter.Dispose();

    [NeedsTheory(SshHosts.Needed)]
    [InlineData("echo welcome; echo no end of line | tr -d '\\n'")]
    [InlineData("head -c 1000000 /dev/zero | tr '\\0' x")]
    [InlineData("for i in 1 2 3 4 5 6 7 8 9; do echo 'STREAMS-00000000000000000000000000000000 AGENT /x'; done")]
    [InlineData("printf '\\033[2J\\r\\n\\377\\376'; set -v")]
    public async Task Noise_of_start_files_does_not_break_the_start(string noise)
    {
        await new StartFiles(Bed, Host).WriteAsync(noise);
        await using var agent = await StartAsync();
        await agent.EchoAsync();
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Start_file_that_ends_the_shell_is_shown_with_what_it_said()
    {
        await new StartFiles(Bed, Host).WriteAsync("echo 'This account is currently not available.'; exit 0");
        var exception = await Assert.ThrowsAsync<HostConnectException>(() => StartAsync());
        output.WriteLine(exception.Message);
        Assert.Equal((HostFailure.NoShell, "shell"), (exception.Failure, exception.Stage));
        Assert.Contains("This account is currently not available.", exception.Message, StringComparison.Ordinal);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Host_that_hangs_after_the_login_ends_at_the_limit_with_its_last_output()
    {
        await new StartFiles(Bed, Host).WriteAsync("echo checking quota; exec sleep 100");
        var options = Starter.WithoutDotnet with { SilenceLimit = TimeSpan.FromSeconds(2) };
        var exception = await Assert.ThrowsAsync<HostConnectException>(() => StartAsync(options));
        output.WriteLine(exception.Message);
        Assert.Equal((HostFailure.TimedOut, "shell"), (exception.Failure, exception.Stage));
        Assert.Contains("checking quota", exception.Message, StringComparison.Ordinal);
    }

    [NeedsTheory(SshHosts.Needed)]
    [InlineData("content/*", "chmod u+w $f; echo poison >>$f")]
    [InlineData("content/*", "mv $f /tmp/moved; ln -s /tmp/moved $f; echo poison >>/tmp/moved")]
    [InlineData("trees/*/files/Program.dll", "rm $f; echo poison >$f")]
    [InlineData("trees/*/files", "echo planted >$f/planted.dll")]
    [InlineData("trees/*/manifest", "chmod u+w $f; echo x >>$f")]
    public async Task Poisoned_store_is_never_used(string files, string poison)
    {
        await using (await StartAsync())
        {
        }

        await Bed.ExecAsync(Host, $"cd {Store} && for f in {files}; do {poison}; done");
        await using var agent = await StartAsync();
        var used = await Bed.ExecAsync(Host, $"cd '{agent["program"]}' && find . | sort && cat Program.dll");
        var expected = await File.ReadAllTextAsync(Path.Combine(_starter.ProgramFolder, "Program.dll"));
        Assert.Equal(".\n./Program.dll\n./empty\n./sub dir\n./sub dir/it's data.txt\n./tool\n" + expected, used);
        Assert.Equal("", await Bed.ExecAsync(Host, $"grep -rl poison '{agent["program"]}' || true"));
    }

    [NeedsTheory(SshHosts.Needed)]
    [InlineData("mkdir -m 777 " + Store, "open to others (drwxrwxrwx)")]
    [InlineData("mkdir -m 700 " + Store + " && chown 65534 " + Store, "belongs to user 65534")]
    [InlineData("mkdir -m 700 /tmp/elsewhere; ln -s /tmp/elsewhere " + Store, "is a link")]
    [InlineData("echo x > " + Store, "cannot make")]
    public async Task Store_that_is_not_ours_alone_is_refused(string set, string words)
    {
        await Bed.ExecAsync(Host, $"rm -rf {Store}; mkdir -p /root/.cache; {set}");
        var exception = await Assert.ThrowsAsync<HostConnectException>(() => StartAsync());
        Assert.Equal((HostFailure.UploadFailed, "upload"), (exception.Failure, exception.Stage));
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Full_disk_is_named()
    {
        File.WriteAllBytes(Path.Combine(_starter.ProgramFolder, "large.bin"), new byte[3_000_000]);
        await Bed.ExecAsync(Host, $"rm -rf {Store}; mkdir -p {Store}");
        await Bed.ExecAsync(Host, $"nsenter -t 1 -m mount -t tmpfs -o size=1m,mode=700 small {Store}");
        try
        {
            var exception = await Assert.ThrowsAsync<HostConnectException>(() => StartAsync());
            output.WriteLine(exception.Message);
            Assert.Equal((HostFailure.UploadFailed, "upload"), (exception.Failure, exception.Stage));
            Assert.Contains("KiB free", exception.Message, StringComparison.Ordinal);
        }
        finally
        {
            await Bed.ExecAsync(Host, $"nsenter -t 1 -m umount {Store}");
        }
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Starts_at_once_do_not_disturb_each_other()
    {
        await Bed.ExecAsync(Host, $"rm -rf {Store}");
        var agents = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => StartAsync()));
        foreach (var agent in agents)
        {
            await agent.EchoAsync();
            await agent.DisposeAsync();
        }

        Assert.Equal("", await Bed.ExecAsync(Host, $"ls {Store}/incoming"));
        await using var later = await StartAsync();
        Assert.Empty(later.Facts.Sent);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Nothing_is_left_running_and_no_port_is_opened()
    {
        await using (var agent = await StartAsync())
        {
            await agent.EchoAsync();
            var listeners = await Bed.ExecAsync(Host, "ss -ltnH | wc -l; ss -ltnH | grep -c :22");
            Assert.Equal(listeners.Split('\n')[0], listeners.Split('\n')[1]);
        }

        Assert.Equal("0\n", await Bed.ExecAsync(Host, "for i in $(seq 100); do pgrep -x cat >/dev/null || break; sleep 0.05; done; pgrep -xc cat || true"));
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Old_content_goes_by_age_and_size_and_what_is_in_use_stays()
    {
        await using var running = await StartAsync();
        var tree = running["program"].Split('/')[^2];
        await Bed.ExecAsync(Host, $"""
            cd {Store}; rm -f swept
            mkdir trees/old.1 trees/new.1 run/dead run/failed run/old incoming/cut
            echo orphan >content/orphan-; echo told >run/failed/agent.log; echo told >run/old/agent.log; echo 999999 >run/dead/uses
            touch -d '40 days ago' trees/old.1 trees/{tree} content/orphan-; touch -d '2 days ago' run/dead run/failed; touch -d '9 days ago' run/old incoming/cut
            """);

        // Another program: the start itself uses its own trees, and so makes them new.
        using var other = new Starter();
        await using (await StartAsync(program: other))
            await Eventually.True(() => Bed.ExecAsync(Host, $"ls {Store}/incoming").Result.Length == 0);

        var left = await Bed.ExecAsync(Host, $"cd {Store}; ls -d trees/old.1 trees/new.1 trees/{tree} run/dead run/failed run/old content/orphan- 2>/dev/null || true");
        Assert.Equal(new[] { "run/failed", "trees/new.1", $"trees/{tree}" }.Order(StringComparer.Ordinal), left.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        await running.EchoAsync();

        // Over the size: the longest unused, but nothing of the last two days and nothing in use.
        await Bed.ExecAsync(Host, $"cd {Store}; rm -f swept; mkdir trees/big.1 trees/big.2; head -c 30000 /dev/zero >trees/big.1/x; touch -d '5 days ago' trees/big.1 trees/{tree}");
        await using (await StartAsync(Starter.WithoutDotnet with { StoreLimit = 8 * 1024 }, other))
            await Eventually.True(() => !Bed.ExecAsync(Host, $"ls {Store}/trees").Result.Contains("big.1", StringComparison.Ordinal));
        Assert.Contains("big.2", await Bed.ExecAsync(Host, $"ls {Store}/trees"), StringComparison.Ordinal);
        Assert.Contains(tree, await Bed.ExecAsync(Host, $"ls {Store}/trees"), StringComparison.Ordinal);
    }

    private Task<EchoedAgent> StartAsync(BootstrapOptions? options = null, Starter? program = null) => Starter.StartAsync(
        new SshConnector(StreamHost.Parse(Host.Place), new SshOptions { ConfigFile = Bed.SshConfig }), (program ?? _starter).Bundles, options ?? Starter.WithoutDotnet);

    /// <summary>The start files of root on a host. Written and removed in ways that do not run them.</summary>
    private sealed class StartFiles(Bed bed, BedHost host)
    {
        public async Task WriteAsync(string text)
        {
            using var directory = new TempDirectory();
            await File.WriteAllTextAsync(directory["bashrc"], text + "\n");
            await BatchAsync(directory, $"put {directory["bashrc"]} /root/.bashrc");
        }

        public async Task RemoveAsync()
        {
            using var directory = new TempDirectory();
            await BatchAsync(directory, "-rm /root/.bashrc");
            await bed.ExecAsync(host, $"rm -rf {Store} /tmp/elsewhere /tmp/moved");
        }

        private async Task BatchAsync(TempDirectory directory, string commands)
        {
            await File.WriteAllTextAsync(directory["batch"], commands + "\n");
            var start = new System.Diagnostics.ProcessStartInfo("sftp", ["-q", "-F", bed.SshConfig, "-b", directory["batch"], host.Name]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = System.Diagnostics.Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            await process.StandardOutput.ReadToEndAsync().DefaultTimeout();
            await process.WaitForExitAsync().DefaultTimeout();
            Assert.True(process.ExitCode == 0, await errors);
        }
    }
}
