namespace Streams.Hosts;

/// <summary>
/// Reaches a host by any command line that gives a POSIX shell on its standard input and output: podman exec -i, kubectl
/// exec -i, srun, ip netns exec, sudo.
/// </summary>
internal sealed class CommandConnector(string host, IReadOnlyList<string> command) : IHostConnector
{
    public string Host => host;

    public Task<HostConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(HostConnection.StartProcess(host, command));
    }
}
