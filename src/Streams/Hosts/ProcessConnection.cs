using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Streams.Processes;

namespace Streams.Hosts;

/// <summary>A connection that is the standard input and output of one process.</summary>
internal class ProcessConnection : HostConnection
{
    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan DrainGrace = TimeSpan.FromMilliseconds(500);

    private readonly Process _process;
    private readonly LastBytes _errors;
    private readonly string _host;
    private int _disposed;

    protected ProcessConnection(string host, Process process, IReadOnlyList<string> command)
    {
        _host = host;
        _process = process;
        CommandLine = string.Join(' ', WithoutLog(command).Select(Shown));
        _errors = new LastBytes(process.StandardError.BaseStream);
    }

    public override Stream FromHost => _process.StandardOutput.BaseStream;

    public override Stream ToHost => _process.StandardInput.BaseStream;

    /// <summary>Pid of the process, for tests and messages.</summary>
    public int ProcessId => _process.Id;

    /// <summary>The command as one may type it, for messages.</summary>
    protected string CommandLine { get; }

    protected string ErrorText => _errors.Text;

    /// <summary>Starts the command in a session of its own, so that a Ctrl-C at the test's terminal does not end it.</summary>
    public static ProcessConnection Start(string host, IReadOnlyList<string> command) =>
        new(host, StartProcess(host, command, "install it on this machine, or name the host otherwise", null), command);

    public override async Task<HostConnectException> ExplainAsync(string stage, CancellationToken cancellationToken)
    {
        var exitCode = await EndAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        var said = PrintableText.Clean(ErrorText.Trim());
        // Not taken for a connection that was dropped: the same command would only do the same again.
        var (failure, at, what) = stage == "connect"
            ? (HostFailure.NoShell, "connect", string.Create(CultureInfo.InvariantCulture, $"the command that should give a shell there ended with exit code {exitCode}"))
            : (HostFailure.ConnectionClosed, stage, string.Create(CultureInfo.InvariantCulture, $"the connection ended at the stage '{stage}' (exit code {exitCode})"));
        var message = $"host {_host}: {what}"
            + (said.Length > 0 ? $"\n  it said:  {said.ReplaceLineEndings("\n            ")}" : "\n  it said:  nothing")
            + $"\n  command:  {CommandLine}";
        return new HostConnectException(failure, at, message);
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await EndAsync().ConfigureAwait(false);
        await EndedAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    /// <summary>Called once, after the process has ended and before its handles go.</summary>
    protected virtual ValueTask EndedAsync() => ValueTask.CompletedTask;

    /// <summary>For people to run again: without our private log file, which is gone by then.</summary>
    private static IEnumerable<string> WithoutLog(IReadOnlyList<string> command)
    {
        for (var index = 0; index < command.Count; index++)
        {
            if (command[index] == "-E")
                index++;
            else
                yield return command[index];
        }
    }

    /// <summary>Closes the process's input, gives it a moment to end by itself, then ends it. Answers its exit code.</summary>
    protected async Task<int> EndAsync()
    {
        try
        {
            await ToHost.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The other end is gone already, which is what we want.
        }

        if (!await ExitedWithinAsync(EndGrace).ConfigureAwait(false))
        {
            _process.Kill();
            await ExitedWithinAsync(EndGrace).ConfigureAwait(false);
        }

        // Whoever inherited the error pipe may hold it open for ever; a short drain gets what the process itself said.
        await Task.WhenAny(_errors.Ended, Task.Delay(DrainGrace)).ConfigureAwait(false);
        return _process.HasExited ? _process.ExitCode : -1;
    }

    private async Task<bool> ExitedWithinAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Asked again below: it may have ended while the wait was given up.
        }

        return _process.HasExited;
    }

    protected static Process StartProcess(string host, IReadOnlyList<string> command, string advice, IReadOnlyDictionary<string, string>? environment)
    {
        var file = ExecutablePath.Find(command[0])
            ?? throw new HostConnectException(HostFailure.ConnectorUnavailable, "connect", NotFound(host, command[0], advice));
        var session = ExecutablePath.Find("setsid");
        var start = new ProcessStartInfo(session ?? file)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (session is not null)
            start.ArgumentList.Add(file);
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new HostConnectException(
                HostFailure.ConnectorUnavailable, "connect", $"host {host}: cannot start {file}: {exception.Message}", exception);
        }
    }

    private static string NotFound(string host, string command, string advice) =>
        command == "ssh"
            ? $"host {host}: OpenSSH client not found in PATH ({Environment.GetEnvironmentVariable("PATH")})\n"
                + $"  try:      install openssh-client, or name another ssh command in {SshOptions.CommandVariable}"
            : $"host {host}: '{PrintableText.Clean(command)}' is not an executable file, nor the name of one in PATH\n  try:      {advice}";

    private static string Shown(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_=/.:@%+,[]".Contains(c, StringComparison.Ordinal))
            ? argument
            : "'" + PrintableText.Clean(argument).Replace("'", @"'\''", StringComparison.Ordinal) + "'";
}
