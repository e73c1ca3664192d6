using System.Text;
using Streams.Hosts;
using Streams.Remoting;
using Streams.Remoting.Bundles;

namespace Streams.FunctionalTests.Bootstrap;

/// <summary>Starts the echo agent on hosts of the bed, with a small program of the test's own.</summary>
internal sealed class Starter : IDisposable
{
    private readonly TempDirectory _program = new();

    public Starter()
    {
        File.WriteAllText(_program["Program.dll"], $"not a program, but unique: {Guid.NewGuid()}");
        Directory.CreateDirectory(_program["sub dir"]);
        File.WriteAllText(_program["sub dir/it's data.txt"], "some data");
        File.WriteAllText(_program["empty"], "");
        File.WriteAllText(_program["tool"], "#!/bin/sh\necho tool\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_program["tool"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public static string EchoAgentFolder => Path.Combine(AppContext.BaseDirectory, "echo-agent");

    public string ProgramFolder => _program.Root;

    public BundleSet Bundles => new(
        new FolderBundle("agent", EchoAgentFolder), new FolderBundle("program", ProgramFolder), RuntimeBundle.OfThisProcess);

    /// <summary>An agent that needs no .NET: a shell script that echoes.</summary>
    public static BootstrapOptions WithoutDotnet { get; } = new()
    {
        RequiredRuntime = null,
        LaunchLine = """printf 'program=%s\n---\n' "$program_tree"; exec cat 2>"$run/agent.log" """,
    };

    public static async Task<EchoedAgent> StartAsync(IHostConnector connector, BundleSet bundles, BootstrapOptions? options = null)
    {
        var started = await Bootstrapper.StartAsync(connector, bundles, options ?? new(), CancellationToken.None).DefaultTimeout();
        var greeting = new StringBuilder();
        var buffer = new byte[1];
        while (!greeting.ToString().EndsWith("---\n", StringComparison.Ordinal))
        {
            if (await started.Connection.FromHost.ReadAsync(buffer).AsTask().DefaultTimeout() == 0)
                throw await started.Connection.ExplainAsync("agent", CancellationToken.None);
            greeting.Append((char)buffer[0]);
        }

        return new EchoedAgent(started, greeting.ToString());
    }

    public void Dispose() => _program.Dispose();
}

/// <summary>A started echo agent.</summary>
internal sealed class EchoedAgent(StartedAgent started, string greeting) : IAsyncDisposable
{
    public HostFacts Facts => started.Facts;

    public string Diagnostics => started.AgentDiagnostics;

    public string this[string name] =>
        greeting.Split('\n').First(line => line.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    /// <summary>Sends all byte values and reads them back: the connection carries any bytes, and begins at the right one.</summary>
    public async Task EchoAsync()
    {
        var sent = Enumerable.Range(0, 1024).Select(i => (byte)i).ToArray();
        await started.Connection.ToHost.WriteAsync(sent);
        await started.Connection.ToHost.FlushAsync();
        var received = new byte[sent.Length];
        await started.Connection.FromHost.ReadExactlyAsync(received).AsTask().DefaultTimeout();
        Assert.Equal(sent, received);
    }

    /// <summary>Ends the connection; ssh's own account of the bytes.</summary>
    public async Task<SshTransfer> EndAsync()
    {
        await started.Connection.DisposeAsync();
        var ssh = started.Connection as SshConnection ?? (SshConnection)((ReadAheadConnection)started.Connection).Inner;
        return ssh.Transfer ?? throw new InvalidOperationException("ssh did not end by itself");
    }

    public ValueTask DisposeAsync() => started.Connection.DisposeAsync();
}
