using System.Globalization;

namespace Streams.Hosts;

/// <summary>
/// Reaches a host with the OpenSSH client (D8), one process for each connection. The user's ssh configuration, keys and
/// known hosts are honoured; what would forward, multiplex or ask is switched off.
/// </summary>
internal sealed class SshConnector(StreamHost host, SshOptions options) : IHostConnector
{
    // A constant: nothing of the host's text or the test's ever becomes part of a remote command line.
    private const string RemoteCommand = "exec sh";

    private static readonly string[] FixedOptions =
    [
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "ServerAliveInterval=5",
        "ServerAliveCountMax=3",
        "ForwardAgent=no",
        "ForwardX11=no",
        "ClearAllForwardings=yes",
        "PermitLocalCommand=no",
        "ControlMaster=no",
        "ControlPath=none", // A shared master outlives us, and tells nothing about its own login.
        "RemoteCommand=none",
        "EscapeChar=none",
    ];

    public string Host => host.ToString();

    public Task<HostConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var log = SshLog.Create(options.LogDirectory);
        try
        {
            return Task.FromResult<HostConnection>(SshConnection.Start(Host, Command(log.Path), log));
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    internal IReadOnlyList<string> Command(string logPath)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(options.ConnectTimeout.TotalSeconds));
        List<string> command = [.. options.Command];
        if (options.ConfigFile is { } file)
            command.AddRange(["-F", file]);
        command.AddRange(["-T", "-v", "-E", logPath]);
        foreach (var option in FixedOptions)
            command.AddRange(["-o", option]);
        command.AddRange(["-o", string.Create(CultureInfo.InvariantCulture, $"ConnectTimeout={seconds}")]);
        if (host.User is { } user)
            command.AddRange(["-l", user]);
        if (host.Port is { } port)
            command.AddRange(["-p", port.ToString(CultureInfo.InvariantCulture)]);
        command.AddRange(["--", host.Name, RemoteCommand]);
        return command;
    }
}
