using Streams.FunctionalTests.Bootstrap;
using Streams.Hosts;
using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Hosts;

/// <summary>Login shells that read a start file for every command, and what such files print (promise 24). dash and ash read none.</summary>
[Collection(BadHostsCollection.Name)]
public sealed class NoisyShellTests(SshHosts hosts) : IDisposable
{
    private readonly Starter _starter = new();

    public static TheoryData<string, string> ShellsAndNoises()
    {
        var all = new TheoryData<string, string>();
        foreach (var shell in new[] { "bash", "tcsh", "fish" })
        {
            all.Add(shell, "echo Welcome to this machine");
            all.Add(shell, "printf 'no end of line'");
            all.Add(shell, @"head -c 1000000 /dev/zero | tr '\0' x");
            all.Add(shell, @"printf '\033[2J\377\376\r\n{ exit; }\n'");
        }

        return all;
    }

    public void Dispose() => _starter.Dispose();

    [NeedsTheory(SshHosts.Needed | Needs.OddShells)]
    [MemberData(nameof(ShellsAndNoises))]
    public async Task Noise_of_a_login_shell_does_not_break_the_start(string shell, string noise)
    {
        var host = hosts.Bed["accounts"];
        var home = $"/home/{shell}";
        await hosts.Bed.ExecAsync(host, $"rm -rf {home} && mkdir -p {home}/.config/fish && for f in .bashrc .tcshrc .config/fish/config.fish; do cat >{home}/$f <<'RC'\n{noise}\nRC\ndone; chown -R {shell}:{shell} {home}; chmod 700 {home}");
        await using var agent = await Starter.StartAsync(
            new SshConnector(StreamHost.Parse($"{shell}@{host.Address}:{host.Port}"), new SshOptions { ConfigFile = hosts.Bed.SshConfig }), _starter.Bundles, Starter.WithoutDotnet);
        await agent.EchoAsync();
    }
}
