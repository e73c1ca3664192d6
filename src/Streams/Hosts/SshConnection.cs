using System.Diagnostics;

namespace Streams.Hosts;

/// <summary>A connection over one ssh process, which can tell from ssh's log why it ended.</summary>
internal sealed class SshConnection : ProcessConnection
{
    private readonly string _host;
    private readonly string? _onward;
    private readonly SshLog _log;
    private readonly AskPass? _answers;

    private SshConnection(string host, string? onward, Process process, IReadOnlyList<string> command, SshLog log, AskPass? answers)
        : base(host, process, command)
    {
        _host = host;
        _onward = onward;
        _log = log;
        _answers = answers;
    }

    /// <summary>Where ssh logs to. Gone after disposing, unless a log directory was asked for.</summary>
    public string LogPath => _log.Path;

    /// <summary>Bytes on the wire by ssh's own account; known after disposing, if ssh ended by itself.</summary>
    public SshTransfer? Transfer { get; private set; }

    /// <summary>With a ProxyJump or a ProxyCommand there is no telling.</summary>
    internal override bool MayBeLoggingIn =>
        _log.Read() is var log && (!log.Contains("debug1: Connecting to ", StringComparison.Ordinal) || log.Contains("debug1: Connection established", StringComparison.Ordinal));

    internal override void LoggedIn() => _answers?.Dispose();

    /// <param name="host">The host as its author wrote it.</param>
    /// <param name="onward">What is run behind the login to come to the host; null: the login is all.</param>
    /// <param name="command">ssh's command line.</param>
    /// <param name="log">The connection's from here on, as the answers are.</param>
    /// <param name="answers">What ssh may ask for.</param>
    public static SshConnection Start(string host, string? onward, IReadOnlyList<string> command, SshLog log, AskPass? answers) =>
        new(host, onward, StartProcess(host, command, $"{SshOptions.CommandVariable} names the ssh command", answers?.Environment), command, log, answers);

    public override async Task<HostConnectException> ExplainAsync(string stage, CancellationToken cancellationToken)
    {
        var exitCode = await EndAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return SshDiagnosis.Explain(Evidence(stage, exitCode));
    }

    public override async Task<bool> FarProgramHasEndedAsync()
    {
        var exitCode = await EndAsync().ConfigureAwait(false);
        return Evidence("agent", exitCode).HasRemoteExit;
    }

    /// <summary>What ssh has logged so far.</summary>
    public string ReadLog() => Redacted(_log.Read());

    protected override ValueTask EndedAsync()
    {
        Transfer = SshTransfer.Parse(_log.Read());
        _log.Dispose();
        _answers?.Dispose();
        return ValueTask.CompletedTask;
    }

    private SshEvidence Evidence(string stage, int exitCode) =>
        new(_host, stage, exitCode, ReadLog(), Redacted(ErrorText), CommandLine) { Onward = _onward, Unanswered = _answers?.Unanswered, HadAnswers = _answers is not null };

    private string Redacted(string text) => _answers?.Redact(text) ?? text;
}
