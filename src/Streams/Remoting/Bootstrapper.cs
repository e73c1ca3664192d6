using Streams.Hosts;
using Streams.Remoting.Bundles;

namespace Streams.Remoting;

/// <summary>Turns a shell on a host into a started agent (D9), over one connection. See docs/bootstrap.md.</summary>
internal static class Bootstrapper
{
    /// <summary>
    /// Connects, sends what the host lacks, and starts the agent there. A connection that is dropped before its login is
    /// made anew a few times, and one that is cut while files are sent as long as more of them have arrived each time; nothing
    /// is tried again after a refused login.
    /// </summary>
    /// <exception cref="HostConnectException">It did not work; the message names the stage and the host's own words.</exception>
    /// <exception cref="StreamsException">A bundle cannot be made here.</exception>
    public static async Task<StartedAgent> StartAsync(
        IHostConnector connector, BundleSet bundles, BootstrapOptions options, CancellationToken cancellationToken)
    {
        var agent = bundles.Agent.ReadAsync(cancellationToken);
        var program = bundles.Program.ReadAsync(cancellationToken);
        var progress = new UploadProgress();
        for (var retry = 0; ;)
        {
            var stored = progress.Stored;
            try
            {
                return await StartOnceAsync(connector, agent, program, bundles, options, progress, cancellationToken).ConfigureAwait(false);
            }
            catch (HostConnectException exception) when (IsCut(exception, "upload") && progress.Stored > stored)
            {
                // What has arrived is kept there, so this comes to an end; nothing has run yet.
                retry = 0;
            }
            catch (HostConnectException exception) when (IsCut(exception, "connect") && retry < options.MaxRetries)
            {
                // Many controllers dropped at the same moment must not come back at the same moment.
                var pause = options.RetryPause * (++retry) * (0.2 + (0.8 * Random.Shared.NextDouble()));
                await Task.Delay(pause, options.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool IsCut(HostConnectException exception, string stage) =>
        exception.Failure == HostFailure.ConnectionClosed && exception.Stage == stage;

    private static async Task<StartedAgent> StartOnceAsync(
        IHostConnector connector, Task<Bundle> agent, Task<Bundle> program, BundleSet bundles, BootstrapOptions options, UploadProgress progress, CancellationToken cancellationToken)
    {
        HostConnection connection;
        using var place = await LoginGate.EnterAsync(cancellationToken).ConfigureAwait(false);
        connection = await connector.ConnectAsync(cancellationToken).ConfigureAwait(false);
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = LoginGate.LeaveIfSilentAsync(place, connection, options.Time, answered.Token);
        try
        {
            var dialogue = new HostDialogue(connector.Host, connection, options, place);
            await using (dialogue.ConfigureAwait(false))
            {
                var session = new BootstrapSession(
                    dialogue, await agent.ConfigureAwait(false), await program.ConfigureAwait(false), bundles.Runtime, options, progress);
                var started = await session.RunAsync(cancellationToken).ConfigureAwait(false);
                return started with { ReadDiagnosticsAsync = token => AgentLog.ReadAsync(connector, started.AgentDiagnostics, options, token) };
            }
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            await answered.CancelAsync().ConfigureAwait(false);
            await waiting.ConfigureAwait(false);
        }
    }
}
