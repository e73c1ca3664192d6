using System.Net.Sockets;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Tests.Supervision;

/// <summary>The first of the nets (4a): a worker whose controller is gone ends itself, even when nobody is there to end it.</summary>
public class AbandonedWorkerTests
{
    [Theory]
    [InlineData("subreaper")]
    [InlineData("marker")]
    public async Task Worker_ends_itself_and_its_group_when_its_controller_is_gone_and_its_supervisor_is_stopped(string containment)
    {
        await using var fixture = new SupervisorFixture(containment);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(fixture["s"]));
        listener.Listen(1);
        var started = await fixture.StartAsync("w", [.. DotnetLaunch.Find().Command("worker", fixture["s"], "w")]);
        using var connection = await listener.AcceptAsync().DefaultTimeout();
        var channel = new FramedStream(new NetworkStream(connection));
        Assert.Equal("w", channel.Read(FromWorker.Parser)!.Hello.Worker);
        channel.Write(new ToWorker
        {
            Run = new RunBlock { Spec = new BlockSpec { Id = new BlockId { Ordinal = 1 }, Command = new CommandLine { Shell = $"sleep 100 & echo $! > {fixture.PidFile}; wait" } } },
        });
        await Eventually.IsTrueAsync(() => File.Exists(fixture.PidFile) && File.ReadAllText(fixture.PidFile).EndsWith('\n'), "the command to run");
        var worker = ProcessIdentity.Of(started.Pid)!.Value;
        var child = Assert.Single(fixture.AliveNoted());
        var supervisor = ProcessIdentity.Of(fixture.Client.ProcessId!.Value)!.Value;

        supervisor.TrySignal(NativeMethods.SIGSTOP);
        try
        {
            connection.Dispose();

            await Eventually.IsTrueAsync(() => !worker.IsAlive, "the worker to end");
            await Eventually.IsTrueAsync(() => !child.IsAlive, "the block's command to end");
        }
        finally
        {
            supervisor.TrySignal(18); // SIGCONT
        }
    }
}
