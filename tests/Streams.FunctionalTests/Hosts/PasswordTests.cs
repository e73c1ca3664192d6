using System.Collections.Concurrent;
using Streams.FunctionalTests.Bootstrap;
using Streams.Hosts;
using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Hosts;

/// <summary>Logins by password and by a locked key, and that nobody else comes to see either (promise 49).</summary>
[Collection(BadHostsCollection.Name)]
public sealed class PasswordTests(SshHosts hosts, ITestOutputHelper output) : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly ConcurrentQueue<string> _log = new();

    private Bed Bed => hosts.Bed;

    public void Dispose() => _directory.Dispose();

    [NeedsFact(SshHosts.Needed)]
    public async Task Password_logs_in_and_is_seen_nowhere()
    {
        var host = Bed["accounts"];
        var password = (await File.ReadAllTextAsync(Path.Combine(Bed.Directory, "password"))).Trim();
        using var secret = new Secret(password);
        var ssh = new SshOptions { Password = secret, ConfigFile = Bed.SshConfig, LogDirectory = _directory["logs"] };
        await SeenNowhereAsync(password, async () =>
        {
            await using var streams = new StreamCollection(Log, new StreamCollectionOptions { ResultsRoot = _directory["results"], Ssh = ssh });
            Assert.Equal("guarded", await streams.Add($"guarded@{host.Address}:{host.Port}").RunFgAsync(() => Environment.UserName).DefaultTimeout());
        });
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Pass_phrase_opens_a_key_and_is_seen_nowhere()
    {
        var host = Bed["accounts"];
        var phrase = $"a phrase of {Guid.NewGuid():n}";
        // Not by an argument: this test is about what others can see.
        await File.WriteAllTextAsync(_directory["phrase"], $"#!/bin/sh\ncat '{_directory["word"]}'\n");
        await File.WriteAllTextAsync(_directory["word"], phrase);
        await LocalProgram.RunAsync("sh", "-c", $"chmod 700 '{_directory["phrase"]}'; SSH_ASKPASS_REQUIRE=force SSH_ASKPASS='{_directory["phrase"]}' ssh-keygen -q -t ed25519 -f '{_directory["key"]}'; rm '{_directory["word"]}'");
        await Bed.ExecAsync(host, $"echo '{(await File.ReadAllTextAsync(_directory["key.pub"])).Trim()}' >> /etc/ssh/authorized_keys");
        await File.WriteAllTextAsync(_directory["config"], $"Host *\n  UserKnownHostsFile {Bed.KnownHosts}\n  GlobalKnownHostsFile /dev/null\n  IdentityFile {_directory["key"]}\n  IdentitiesOnly yes\n  IdentityAgent none\n");
        using var secret = new Secret(phrase);
        var ssh = new SshOptions { PassPhrase = secret, ConfigFile = _directory["config"], LogDirectory = _directory["logs"] };
        using var starter = new Starter();
        await SeenNowhereAsync(phrase, async () =>
        {
            await using var agent = await Starter.StartAsync(new SshConnector(StreamHost.Parse($"dash@{host.Address}:{host.Port}"), ssh), starter.Bundles, Starter.WithoutDotnet);
            await agent.EchoAsync();
        });
    }

    private async Task SeenNowhereAsync(string text, Func<Task> act)
    {
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(() => WatchProcessesAsync(text, stop.Token));
        await act();
        await stop.CancelAsync();
        var (seen, looks) = await watching.DefaultTimeout();
        output.WriteLine($"{looks} looks at all processes");
        Assert.InRange(looks, 10, int.MaxValue);
        Assert.Equal([], seen);
        Assert.DoesNotContain(text, string.Join('\n', _log), StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(_directory.Root, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(text, await ReadAsync(file), StringComparison.Ordinal);
        Assert.Equal("", await Bed.ExecAsync(Bed["accounts"], $"grep -rlF -f - /home /run /tmp /var/tmp 2>/dev/null <<'T' || true\n{text}\nT"));
        // The answers go as soon as the login is done, though the connection stays.
        Assert.DoesNotContain(Directory.EnumerateDirectories(Path.GetTempPath(), "st-*"), directory => File.Exists(Path.Combine(directory, "askpass")));
    }

    private void Log(string line) => _log.Enqueue(line);

    /// <summary>The test bed's hosts are namespaces of this machine, so their processes are seen too.</summary>
    private static async Task<(List<string> Seen, int Looks)> WatchProcessesAsync(string text, CancellationToken stop)
    {
        var seen = new List<string>();
        var looks = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!stop.IsCancellationRequested)
        {
            looks++;
            foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(path[6])))
            {
                foreach (var name in new[] { "cmdline", "environ" })
                {
                    if ((await ReadAsync(Path.Combine(process, name))).Contains(text, StringComparison.Ordinal))
                        seen.Add($"{process}/{name}");
                }
            }

            try
            {
                await timer.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        return (seen, looks);
    }

    private static async Task<string> ReadAsync(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // The process ended while we looked.
        }
    }
}
