using Streams.Processes;
using Streams.Supervision;
using Streams.Wire;

namespace Streams.Tests.Supervision;

/// <summary>A real supervisor process with a private directory, and what the tests ask of both.</summary>
internal sealed class SupervisorFixture : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();

    public SupervisorFixture(string containment = "cgroup")
    {
        Containment = containment;
        Client = new SupervisorClient([.. DotnetLaunch.Find().Command(SupervisorProgram.Verb, "--containment", containment)], _directory.Root);
    }

    public string Containment { get; }

    public SupervisorClient Client { get; }

    public string PidFile => _directory["pids"];

    public string this[string name] => _directory[name];

    public string OutputOf(string worker) => _directory[worker + ".output"];

    public IReadOnlyList<string> TailOf(string worker) => OutputTail.Read(OutputOf(worker), lines: 200);

    public async Task<WorkerStarted> StartAsync(string worker, params string[] command)
    {
        var start = new StartWorker { Worker = worker, OutputPath = OutputOf(worker), FirstLine = "token", WorkingDirectory = _directory.Root };
        start.Command.AddRange(command);
        return await Client.StartAsync(start, CancellationToken.None).DefaultTimeout();
    }

    public Task<WorkerStarted> StartShellAsync(string worker, string script) => StartAsync(worker, "/bin/sh", "-c", "read -r token; " + script);

    public Task<WorkerStarted> StartLeftoverAsync(string worker, string kind, string then) =>
        StartAsync(worker, "/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "Supervision", "leftovers.py"), kind, PidFile, then);

    /// <summary>Waits until the worker has printed this.</summary>
    public Task PrintedAsync(string worker, string text) =>
        Eventually.IsTrueAsync(() => File.Exists(OutputOf(worker)) && File.ReadAllText(OutputOf(worker)).Contains(text), $"{worker} to print '{text}'");

    /// <summary>The processes that the leftover program noted, and still run.</summary>
    public List<ProcessIdentity> AliveNoted() =>
        [.. File.ReadAllLines(PidFile).Select(line => ProcessIdentity.Of(int.Parse(line, System.Globalization.CultureInfo.InvariantCulture))).OfType<ProcessIdentity>()];

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        _directory.Dispose();
    }
}
