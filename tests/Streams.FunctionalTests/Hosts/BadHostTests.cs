using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Streams.FunctionalTests.Bootstrap;
using Streams.Hosts;
using Streams.Remoting;
using Streams.Remoting.Bundles;
using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Hosts;

/// <summary>Meets what bad-hosts.md lists, with real ssh, sshd and accounts, and compares with its last two columns.</summary>
[Collection(BadHostsCollection.Name)]
public sealed class BadHostTests(SshHosts hosts, ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Starter _starter = new();
    private readonly TempDirectory _directory = new();
    private readonly List<Secret> _secrets = [];
    private TcpListener? _listener;

    private Bed Bed => hosts.Bed;

    public static TheoryData<int, string, string, string, string> Rows()
    {
        var rows = new TheoryData<int, string, string, string, string>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "bad-hosts.md")))
        {
            var cells = line.Replace(@"\|", "\u0001", StringComparison.Ordinal).Split('|').Select(cell => cell.Trim().Replace('\u0001', '|')).ToList();
            if (cells.Count == 7 && int.TryParse(cells[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                rows.Add(number, cells[2], cells[3].Replace('⏎', '\n'), cells[4], cells[5]);
        }

        return rows;
    }

    [Fact]
    public void Table_has_all_cases_that_can_be_made_here()
    {
        // 31 needs systemd-logind, which the test bed has not; 36 and 37 are CutUploadTests and HostileHostTests.
        Assert.Equal([.. Enumerable.Range(16, 15), .. Enumerable.Range(32, 4), 38, 39], Rows().Select(row => (int)row[0]).Distinct().Order());
    }

    [NeedsTheory(SshHosts.Needed | Needs.OddShells)]
    [MemberData(nameof(Rows))]
    public async Task Bad_host_gets_its_message(int number, string way, string given, string ending, string message)
    {
        var said = await MeetAsync(way, given);
        output.WriteLine($"{number} {way}: {given}\n{said.Ending}\n{said.Message}");
        Assert.Contains(said.Ending, Endings(ending));
        foreach (var words in Fill(message).Split(" … ", StringSplitOptions.RemoveEmptyEntries))
            Assert.Contains(words.Trim(), said.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _starter.Dispose();
        _directory.Dispose();
        _secrets.ForEach(secret => secret.Dispose());
    }

    /// <summary>"A or B / stage" means either failure at that stage.</summary>
    private static IEnumerable<string> Endings(string text) =>
        text.Split(" / ") is [var failures, var stage] ? failures.Split(" or ").Select(failure => $"{failure} / {stage}") : [text];

    private async Task<(string Ending, string Message)> MeetAsync(string way, string given)
    {
        if (way == "text")
            return ("refused", Assert.Throws<FormatException>(() => StreamHost.Parse(given)).Message);
        if (way == "log")
            return Told(SshDiagnosis.Explain(new SshEvidence("web2", "shell", 255, given, "", "ssh ... web2")));
        var options = Starter.WithoutDotnet with { SilenceLimit = Patience, MaxRetries = 0 };
        try
        {
            switch (way.Split(' '))
            {
                case ["host"]: await StartAsync(Fill(given), Ssh(Bed.SshConfig), options); break;
                case ["ssh"]: await StartAsync(Bed["dotnet"].Place, Ssh(Bed.SshConfig) with { Command = [Write(given)] }, options); break;
                case ["server"]: await StartAsync(Serve(given), Ssh(Bed.SshConfig), options); break;
                case ["jump"]: await StartAsync(Bed["dotnet"].Place, Ssh(JumpConfig(Fill(given))), options); break;
                case ["known"]: await StartAsync(Bed["dotnet"].Place, Ssh(Config(KnownHosts(given), Bed.Identity)), options); break;
                case ["key"]: await StartWithKeyAsync(given, options); break;
                case ["code"]: await UseAsync(given); break;
                case ["account", var name]: await LogInAsync(name, given, options); break;
                case ["net", "account", var name]: await LogInAsync(name, given, new BootstrapOptions()); break;
                default: throw new InvalidDataException($"bad-hosts.md has the way '{way}'");
            }

            return ("starts", "");
        }
        catch (HostConnectException exception)
        {
            return Told(exception);
        }
    }

    private static (string Ending, string Message) Told(HostConnectException exception) => ($"{exception.Failure} / {exception.Stage}", exception.Message);

    private static SshOptions Ssh(string configuration) => new() { ConfigFile = configuration, ConnectTimeout = TimeSpan.FromSeconds(2) };

    private async Task StartAsync(string place, SshOptions ssh, BootstrapOptions options)
    {
        await using var agent = await Starter.StartAsync(new SshConnector(StreamHost.Parse(place), ssh), _starter.Bundles, options);
        await agent.EchoAsync();
    }

    /// <summary>The real agent, with something wrong about its code or what it is.</summary>
    private async Task UseAsync(string given)
    {
        var agent = Path.Combine(AppContext.BaseDirectory, "real-agent");
        var changed = Directory.CreateDirectory(_directory["agent"]).FullName;
        foreach (var file in Directory.EnumerateFiles(agent))
            File.Copy(file, Path.Combine(changed, Path.GetFileName(file)));
        if (given == "agent cut short")
            await File.WriteAllBytesAsync(Path.Combine(changed, "Streams.Agent.dll"), (await File.ReadAllBytesAsync(Path.Combine(agent, "Streams.Agent.dll")))[..5000]);
        if (given == "agent without a library")
            File.Delete(Path.Combine(changed, "Google.Protobuf.dll"));
        if (given == "program with 100 MiB of data")
        {
            using var data = File.Create(Path.Combine(_starter.ProgramFolder, "large.bin"));
            data.SetLength(100 * 1024 * 1024);
        }

        var host = Bed["dotnet"];
        var bundles = new BundleSet(new FolderBundle("agent", changed), new FolderBundle("program", _starter.ProgramFolder), RuntimeBundle.OfThisProcess);
        if (given.StartsWith("agent", StringComparison.Ordinal))
            bundles = bundles with { Program = ProgramBundle.OfThisProcess };
        if (given.StartsWith("program", StringComparison.Ordinal))
        {
            await using var large = await Starter.StartAsync(new SshConnector(StreamHost.Parse(host.Place), Ssh(Bed.SshConfig)), bundles, Starter.WithoutDotnet);
            await large.EchoAsync();
            return;
        }

        var options = given == "no agent at all" ? Starter.WithoutDotnet with { LaunchLine = """echo hello, I am something else; echo its complaint >"$run/agent.log"; exec cat >/dev/null""" } : new BootstrapOptions { Entry = ProgramBundle.EntryOfThisProcess };
        var started = await Bootstrapper.StartAsync(new SshConnector(StreamHost.Parse(host.Place), Ssh(Bed.SshConfig)), bundles, options, CancellationToken.None).DefaultTimeout();
        var attach = new AgentConnectionOptions { Run = Guid.NewGuid().ToString("n"), Host = host.Place, Lease = TimeSpan.Zero, AttachLimit = Patience * 3 };
        await using var connection = await AgentConnection.OpenAsync(started, attach, CancellationToken.None).DefaultTimeout();
    }

    private async Task LogInAsync(string name, string startFile, BootstrapOptions options)
    {
        var host = Bed["accounts"];
        var home = $"/home/{name}";
        if (startFile.Length > 0)
            await Bed.ExecAsync(host, $"rm -rf {home} && mkdir -m 700 {home} && cat >{home}/.bashrc <<'RC'\n{startFile}\nRC\nchown -R {name}:{name} {home}");
        var start = StartAsync($"{name}@{host.Address}:{host.Port}", Ssh(Bed.SshConfig), options);
        if (startFile.StartsWith("# by two names", StringComparison.Ordinal))
            await StartAsync($"{name}@{host.Name}", Ssh(Bed.SshConfig), options);
        await start;
    }

    private async Task StartWithKeyAsync(string given, BootstrapOptions options)
    {
        var host = Bed["accounts"];
        if (given == "wrong password")
        {
            await StartAsync($"guarded@{host.Address}:{host.Port}", Ssh(Config(Bed.KnownHosts, "none")) with { Password = NewSecret("not the password") }, options);
            return;
        }

        var locked = given.StartsWith("locked", StringComparison.Ordinal);
        var key = _directory["key"];
        if (given != "missing")
            await LocalProgram.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", locked ? "a pass phrase" : "", "-f", key);
        if (locked || given == "open to all")
            await Bed.ExecAsync(host, $"echo '{(await File.ReadAllTextAsync(key + ".pub")).Trim()}' >> /etc/ssh/authorized_keys");
        if (given == "open to all" && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        var ssh = Ssh(Config(Bed.KnownHosts, key));
        await StartAsync(host.Place, given.Contains("wrong", StringComparison.Ordinal) ? ssh with { PassPhrase = NewSecret("another") } : ssh, options);
    }

    private Secret NewSecret(string text)
    {
        _secrets.Add(new Secret(text));
        return _secrets[^1];
    }

    private string Fill(string text) => text
        .Replace("{other host key}", "stranger", StringComparison.Ordinal)
        .Replace("{accounts}", $"{Bed["accounts"].Address}:{Bed["accounts"].Port}", StringComparison.Ordinal)
        .Replace("{dotnet address}", Bed["dotnet"].Address, StringComparison.Ordinal)
        .Replace("{dead address}", Bed["dotnet"].Address[..(Bed["dotnet"].Address.LastIndexOf('.') + 1)] + "200", StringComparison.Ordinal)
        .Replace("{dir}", _directory.Root, StringComparison.Ordinal);

    private string Write(string name)
    {
        var path = Fill(name);
        var text = Path.GetFileName(path) switch
        {
            "chatty-ssh" => "#!/bin/sh\necho your ssh is wrapped\nexec ssh \"$@\"\n",
            "stalling-ssh" => "#!/bin/sh\nexec sleep 30\n",
            "plain-file" => "text",
            _ => null,
        };
        if (text is null)
            return path;
        File.WriteAllText(path, text);
        if (text.StartsWith("#!", StringComparison.Ordinal) && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>A server for one connection; silent ones keep it until the test is over.</summary>
    private string Serve(string behaviour)
    {
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        if (behaviour != "silent")
            _ = AnswerAsync(_listener, behaviour);
        return $"root@127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
    }

    private static async Task AnswerAsync(TcpListener listener, string behaviour)
    {
        using var client = await listener.AcceptTcpClientAsync();
        if (behaviour == "reset")
            client.LingerState = new LingerOption(true, 0);
        else
            await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(behaviour + "\r\nContent-Length: 0\r\n\r\n"));
    }

    private string KnownHosts(string given)
    {
        var (host, other) = (Bed["dotnet"], Bed["libc"]);
        string KeyOf(BedHost one) => File.ReadLines(Bed.KnownHosts).First(line => line.StartsWith($"[{one.Address}]:{one.Port} ", StringComparison.Ordinal)).Split(' ', 2)[1];
        var line = given switch
        {
            "another" => $"[{host.Address}]:{host.Port} {KeyOf(other)}\n",
            "revoked" => $"@revoked * {KeyOf(host)}\n",
            _ => "",
        };
        File.WriteAllText(_directory["known"], line);
        return _directory["known"];
    }

    private string JumpConfig(string jump)
    {
        var config = Config(Bed.KnownHosts, Bed.Identity);
        var host = $"Host {Bed["dotnet"].Address}\n  ProxyJump {jump}\n";
        // A jump host whose key is looked for under a name that no key has.
        var stranger = $"Host stranger\n  HostName {Bed["libc"].Address}\n  Port {Bed["libc"].Port}\n  HostKeyAlias nobody\n";
        File.WriteAllText(config, host + stranger + File.ReadAllText(config));
        return config;
    }

    private string Config(string knownHosts, string identity)
    {
        File.WriteAllText(_directory["config"], $"Host *\n  UserKnownHostsFile {knownHosts}\n  GlobalKnownHostsFile /dev/null\n  IdentityFile {identity}\n  IdentitiesOnly yes\n  IdentityAgent none\n");
        return _directory["config"];
    }
}
