using System.Diagnostics;

namespace Streams.Hosts;

/// <summary>A connection over one ssh process, which can tell from ssh's log why it ended.</summary>
internal sealed class SshConnection : ProcessConnection
{
    private readonly string _host;
    private readonly SshLog _log;

    private SshConnection(string host, Process process, IReadOnlyList<string> command, SshLog log)
        : base(host, process, command)
    {
        _host = host;
        _log = log;
    }

    /// <summary>Where ssh logs to. Gone after disposing, unless a log directory was asked for.</summary>
    public string LogPath => _log.Path;

    /// <summary>Bytes on the wire by ssh's own account; known after disposing, if ssh ended by itself.</summary>
    public SshTransfer? Transfer { get; private set; }

    public static SshConnection Start(string host, IReadOnlyList<string> command, SshLog log) =>
        new(host, StartProcess(host, command), command, log);

    public override async Task<HostConnectException> ExplainAsync(string stage, CancellationToken cancellationToken)
    {
        var exitCode = await EndAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return SshDiagnosis.Explain(new SshEvidence(_host, stage, exitCode, _log.Read(), ErrorText, CommandLine));
    }

    public override async Task<bool> FarProgramHasEndedAsync()
    {
        var exitCode = await EndAsync().ConfigureAwait(false);
        return new SshEvidence(_host, "agent", exitCode, _log.Read(), ErrorText, CommandLine).HasRemoteExit;
    }

    protected override ValueTask EndedAsync()
    {
        Transfer = SshTransfer.Parse(_log.Read());
        _log.Dispose();
        return ValueTask.CompletedTask;
    }
}
