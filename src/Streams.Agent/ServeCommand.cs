using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Streams.Agent.Grpc;
using Streams.Agent.Transport;
using Streams.Processes;
using Streams.Supervision;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>The agent's life: from its private directory to nothing left.</summary>
internal static class ServeCommand
{
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(AgentOptions options)
    {
        var boot = (await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id").ConfigureAwait(false)).Trim();
        var epoch = RandomText.Hex(16);
        using var directory = new RunDirectory();
        using var journal = new Journal(directory.Journal);
        using var gate = new WorkerGate(directory.WorkersSocket);
        // Before anything is started: whoever finds a dead agent ends by this what it had started.
        var identity = AgentIdentity.Write(directory.Root, boot);
        using var events = new EventLog(directory.Spool);
        var supervisor = await WorkerSupervisor.StartAsync(identity.Leash).ConfigureAwait(false);
        await using var ended = supervisor.ConfigureAwait(false);
        var agent = new AgentContext
        {
            Options = options, Epoch = epoch, Directory = directory, Supervisor = supervisor, Journal = journal,
            Events = events, Gate = gate, Time = TimeProvider.System,
        };
        var run = new AgentRun(agent, boot);
        var transfers = new AgentTransfers(run);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => EndBySignal(run, context));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => EndBySignal(run, context));
        // A lost terminal or login is a lost connection: the lease decides.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
        using var server = await ServeAsync(agent, run, transfers, boot).ConfigureAwait(false);
        var dial = DialScript.Write(options, directory.Root);
        await Task.WhenAll(run.WatchLeaseAsync(), run.Over).ConfigureAwait(false);
        var reason = await run.Over.ConfigureAwait(false);
        await Console.Error.WriteLineAsync($"the run ends: {reason}").ConfigureAwait(false);
        transfers.End();
        await run.StopWorkersAsync().ConfigureAwait(false);
        dial?.Ended(reason);
        run.CleanedUp();
        using var limit = new CancellationTokenSource(CloseLimit);
        await server.StopAsync(limit.Token).ConfigureAwait(false);
        return 0;
    }

    private static async Task<KestrelServer> ServeAsync(AgentContext agent, AgentRun run, AgentTransfers transfers, string boot)
    {
        var stdio = new StdioConnection();
        _ = EndWithStdioAsync(stdio, run);
        var service = new AgentService(agent, run, transfers, boot);
        EndPoint[] endPoints = [new StdioEndPoint(), new UnixDomainSocketEndPoint(agent.Directory.AgentSocket)];
        return await GrpcServer.StartAsync(new AgentListenerFactory(stdio), endPoints, new GrpcApplication(service.Methods, agent.Time), CancellationToken.None).ConfigureAwait(false);
    }

    private static async Task EndWithStdioAsync(StdioConnection stdio, AgentRun run)
    {
        await stdio.InputEnded.ConfigureAwait(false);
        run.StdioEnded();
    }

    private static void EndBySignal(AgentRun run, PosixSignalContext context)
    {
        context.Cancel = true;
        run.End($"signal {context.Signal}");
    }
}
