using System.Globalization;
using Streams.Processes;

namespace Streams.Hosts;

/// <summary>
/// Reaches a host with the OpenSSH client (D8), one process for each connection. The user's ssh configuration, keys and
/// known hosts are honoured; what would forward, multiplex or ask a person is switched off.
/// </summary>
internal sealed class SshConnector : IHostConnector
{
    private readonly StreamHost _host;
    private readonly SshHop _first;
    private readonly IReadOnlyList<string> _onward;
    private readonly SshOptions _options;

    public SshConnector(StreamHost host, SshOptions options)
    {
        _host = host;
        _first = (SshHop)host.Way[0];
        _onward = HostHop.Onward(host.Way.Skip(1));
        _options = options;
    }

    public string Host => _host.ToString();

    public Task<HostConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var answers = Answers();
        SshLog? log = null;
        try
        {
            log = SshLog.Create(_options.LogDirectory);
            var onward = _host.Way.Count > 1 ? ShellQuoting.Join(_onward) : null;
            return Task.FromResult<HostConnection>(SshConnection.Start(Host, onward, Command(log.Path), log, answers));
        }
        catch
        {
            log?.Dispose();
            answers?.Dispose();
            throw;
        }
    }

    internal IReadOnlyList<string> Command(string logPath)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(_options.ConnectTimeout.TotalSeconds));
        List<string> command = [.. _options.Command ?? SshOptions.CommandOf(Environment.GetEnvironmentVariable(SshOptions.CommandVariable)) ?? throw OpenQuote()];
        if (_options.ConfigFile is { } file)
            command.AddRange(["-F", file]);
        command.AddRange(["-T", "-v", "-E", logPath]);
        // With answers, ssh may ask, once for each; ssh itself never asks a person, for it has no terminal.
        command.AddRange(_options is { Password: null, PassPhrase: null } ? ["-o", "BatchMode=yes"] : ["-o", "BatchMode=no", "-o", "NumberOfPasswordPrompts=1"]);
        foreach (var option in SshHop.FixedOptions)
            command.AddRange(["-o", option]);
        command.AddRange(["-o", string.Create(CultureInfo.InvariantCulture, $"ConnectTimeout={seconds}")]);
        command.AddRange(_first.Destination(_onward));
        return command;
    }

    private AskPass? Answers()
    {
        try
        {
            return AskPass.Create(_options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or ObjectDisposedException)
        {
            throw new HostConnectException(HostFailure.ConnectorUnavailable, "login", $"host {Host}: the password or pass phrase cannot be given to ssh: {exception.Message}", exception);
        }
    }

    private HostConnectException OpenQuote() =>
        new(HostFailure.ConnectorUnavailable, "connect", $"host {Host}: {SshOptions.CommandVariable} has a quote that is not closed\n  try:      write it as a command line: ssh -F '/my files/ssh_config'");
}
