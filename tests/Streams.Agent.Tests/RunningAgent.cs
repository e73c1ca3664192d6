using System.Diagnostics;
using System.Net.Sockets;
using Streams.Remoting;
using Streams.Remoting.Grpc;
using Streams.Wire;

namespace Streams.Agent.Tests;

/// <summary>A real agent process on pipes, with a fake worker program; gone with its files when disposed.</summary>
public sealed class RunningAgent : IAsyncDisposable
{
    private readonly TempDirectory _files = new();
    private readonly Process _process;

    private RunningAgent(bool withFakeWorker, bool withRealWorker)
    {
        Directory.CreateDirectory(_files["tmp"]);
        Directory.CreateDirectory(_files["program"]);
        File.WriteAllText(_files["program/T.runtimeconfig.json"], "{}");
        File.WriteAllText(_files["program/T.deps.json"], "{}");
        if (withFakeWorker)
            Protoc(_files["program"]);
        var start = new ProcessStartInfo(Dotnet, [AgentPath, "serve", "--dial", _files["dial"], "--dotnet", withFakeWorker ? _files["program/fake_worker.py"] : Dotnet, "--program", withRealWorker ? AppContext.BaseDirectory : _files["program"], "--entry", withRealWorker ? "Streams.Agent.Tests" : "T"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = _files["tmp"];
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        _process = Process.Start(start)!;
        Errors = _process.StandardError.ReadToEndAsync();
        Connector = new CuttableConnector(Output, Input);
    }

    public static string Dotnet => Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "/usr/share/dotnet/dotnet";

    public static string AgentPath => Path.Combine(AppContext.BaseDirectory, "Streams.Agent.dll");

    public int ProcessId => _process.Id;

    public Task<string> Errors { get; }

    internal Stream Input => _process.StandardInput.BaseStream;

    internal Stream Output => _process.StandardOutput.BaseStream;

    public string Temporary => _files["tmp"];

    /// <summary>The agent's run directory; known once it is there.</summary>
    public string RunDirectory => Directory.GetDirectories(Temporary, "st-*").Single();

    public static RunningAgent Start(bool withFakeWorker = false) => new(withFakeWorker, withRealWorker: false);

    /// <summary>Workers are the real program, in this test's dependency context.</summary>
    public static RunningAgent StartWithRealWorkers() => new(withFakeWorker: false, withRealWorker: true);

    public string this[string relative] => _files[relative];

    /// <summary>The agent's program file's copies of what python needs to speak to it.</summary>
    public string PythonPath => _files["program"];

    internal GrpcClient OverStdio() => new(new DuplexStream(Output, Input), TimeProvider.System);

    /// <summary>A client over the agent's socket. The agent must have answered something, so that its directory is there.</summary>
    internal async Task<GrpcClient> OverSocketAsync() => new(await ConnectAsync(), TimeProvider.System);

    internal async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(RunDirectory, "agent.sock")));
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Its connections, the first over the pipes and later ones by a shell and "dial", all of which can be cut.</summary>
    internal CuttableConnector Connector { get; }

    internal Task<AgentConnection> OpenAsync(TimeSpan? lease = null, bool reconnects = false) => AgentConnection.OpenAsync(
        new StartedAgent(Connector.First, new HostFacts { System = "Linux", Architecture = "x86_64", Libc = "glibc" }, _files["agent.log"]),
        new AgentConnectionOptions
        {
            Run = new string('a', 32),
            Host = "testhost",
            Lease = lease ?? TimeSpan.FromSeconds(30),
            KillBudget = TimeSpan.FromSeconds(1),
            Reconnector = reconnects ? new HostReconnector(Connector, _files["agent.log"], new BootstrapOptions()) : null,
        },
        CancellationToken.None);

    /// <summary>Waits for the agent's own end; its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().DefaultTimeout();
        return _process.ExitCode;
    }

    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        await Input.DisposeAsync();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(1));
        }
        catch (TimeoutException)
        {
            // A lease may be running; SIGTERM ends it orderly.
            using var kill = Process.Start("kill", [$"{_process.Id}"]);
            await _process.WaitForExitAsync().DefaultTimeout();
        }

        _process.Dispose();
        _files.Dispose();
    }

    private static void Protoc(string directory)
    {
        var assets = Path.Combine(AppContext.BaseDirectory, "Assets");
        using var protoc = Process.Start("protoc", ["-I", assets, $"--python_out={directory}", "worker.proto", "supervisor.proto", "agent.proto"]);
        protoc.WaitForExit();
        Assert.Equal(0, protoc.ExitCode);
        foreach (var script in new[] { "fake_worker.py", "grpc_client.py", "grpc_reattach.py" })
        {
            File.Copy(Path.Combine(assets, script), Path.Combine(directory, script));
            File.SetUnixFileMode(Path.Combine(directory, script), (UnixFileMode)0b111_000_000);
        }
    }
}
