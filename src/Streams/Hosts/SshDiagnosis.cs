using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Streams.Processes;

namespace Streams.Hosts;

/// <summary>
/// Says why ssh did not give us a shell, from its log: it exits with 255 for nearly everything, so only its words tell.
/// </summary>
internal static partial class SshDiagnosis
{
    private const int MaxSaid = 6;

    public static HostConnectException Explain(SshEvidence evidence) =>
        Configuration(evidence)
        ?? (evidence.IsAuthenticated ? AfterLogin(evidence) : null)
        ?? Jump(evidence)
        ?? Name(evidence)
        ?? HostKey(evidence)
        ?? Login(evidence)
        ?? Connect(evidence)
        ?? Failure(evidence, HostFailure.Unknown, evidence.Stage, string.Create(
            CultureInfo.InvariantCulture, $"ssh ended with exit code {evidence.ExitCode}"));

    private static HostConnectException? Configuration(SshEvidence evidence)
    {
        string[] words = ["Bad configuration option", "bad configuration options", "Can't open user config file", "Bad owner or permissions on", "keyword", "unknown option", "usage: ssh"];
        if (evidence.IsAuthenticated || !words.Any(evidence.Has) || evidence.Log.Contains("Connecting to", StringComparison.Ordinal))
            return null;
        return Failure(evidence, HostFailure.ConnectorUnavailable, "connect", "ssh refuses its configuration", "correct the ssh configuration named above");
    }

    private static HostConnectException AfterLogin(SshEvidence evidence)
    {
        if (!evidence.HasRemoteExit)
        {
            var gone = evidence.Has("not responding") ? "the host stopped answering" : "the connection was lost";
            return Failure(evidence, HostFailure.ConnectionClosed, evidence.Stage, $"{gone} after the login, at the stage '{evidence.Stage}'");
        }

        if (evidence.Stage == "agent")
        {
            // ssh says that there was a signal, but not which.
            return Failure(evidence, HostFailure.AgentFailed, "agent", evidence.Log.Contains("rtype exit-signal", StringComparison.Ordinal)
                ? "the agent was ended by a signal: it was killed, or the .NET runtime there gave up (a broken file, or a library that it needs is missing)"
                : string.Create(CultureInfo.InvariantCulture, $"the agent ended with exit code {evidence.ExitCode}{AgentExit(evidence.ExitCode)}"));
        }

        if (evidence.Onward is not null && evidence.Stage is "connect" or "shell")
        {
            return Failure(
                evidence, HostFailure.NoShell, "shell", string.Create(
                    CultureInfo.InvariantCulture, $"the login succeeded, but what leads on from there ended with exit code {evidence.ExitCode}: {evidence.Onward}"),
                "log in by hand, and run that line");
        }

        return Failure(
            evidence, HostFailure.NoShell, "shell", string.Create(
                CultureInfo.InvariantCulture, $"the login succeeded, but the host's shell ended at the stage '{evidence.Stage}' (exit code {evidence.ExitCode})"),
            "log in by hand, and see that the account's login shell runs commands and that its start files do not end it");
    }

    /// <summary>Exit codes of the dotnet command and of the shell that becomes it (measured).</summary>
    private static string AgentExit(int code) => code switch
    {
        126 => ": the dotnet command there cannot be executed (another platform, or a place mounted noexec)",
        127 => ": the dotnet command there, or a library that it needs, is missing",
        129 or 131 => ": the .NET there is incomplete",
        150 => ": the .NET there lacks a framework that the agent needs",
        _ => "",
    };

    /// <summary>What a jump host did is not the host's doing, and its refused login is not to be tried again.</summary>
    private static HostConnectException? Jump(SshEvidence evidence)
    {
        if (!evidence.Has("UNKNOWN port 65535"))
            return null;
        var (failure, stage) =
            evidence.Has("Permission denied") ? (HostFailure.LoginDenied, "login")
            : evidence.Has("Host key verification failed") ? (HostFailure.HostKeyUnknown, "host key")
            : evidence.Has("Could not resolve hostname") ? (HostFailure.NameNotResolved, "name")
            : evidence.Has("Connection refused") || evidence.Has("No route to host") ? (HostFailure.ConnectionRefused, "connect")
            : evidence.Has("timed out") ? (HostFailure.TimedOut, "connect")
            : (HostFailure.ConnectionClosed, "connect");
        return Failure(evidence, failure, stage, "the way to it (ProxyJump or ProxyCommand) failed", "log in to the jump host by hand first");
    }

    private static HostConnectException? Name(SshEvidence evidence) =>
        evidence.Has("Could not resolve hostname")
            ? Failure(
                evidence, HostFailure.NameNotResolved, "name",
                evidence.Has("Temporary failure") ? "its name could not be looked up: the name service did not answer" : "its name does not resolve",
                $"correct the name, give it a HostName in ~/.ssh/config, or a host in {HostMap.Variable}")
            : null;

    private static HostConnectException? HostKey(SshEvidence evidence)
    {
        if (!evidence.Has("Host key verification failed") && !evidence.Has("No matching host key fingerprint"))
            return null;
        var (type, fingerprint) = ServerKey(evidence.Log);
        var (address, port) = Endpoint(evidence.Log);
        if (evidence.Has("IDENTIFICATION HAS CHANGED"))
        {
            var remove = evidence.Line("ssh-keygen -f")?.Trim()
                ?? (address is null ? "ssh-keygen -R HOST" : $"ssh-keygen -R '{StreamHost.KnownHostsName(address, port)}'");
            var offending = evidence.Line("Offending")?.Trim();
            var known = KnownHostKey.Fingerprint(offending) is { } print ? $"{print}, " : "";
            return Failure(
                evidence, HostFailure.HostKeyChanged, "host key",
                $"its {type} key is {fingerprint}, another one than the known one ({known}{offending ?? "see known_hosts"}). It may be a machine that only claims to be this host",
                $"only if the host was set up anew:   {remove}");
        }

        if (evidence.Has("marked as revoked") || evidence.Has("REVOKED"))
            return Failure(evidence, HostFailure.HostKeyChanged, "host key", $"its {type} key {fingerprint} is marked as revoked");
        if (evidence.Line("Certificate invalid") is { } invalid)
            return Failure(evidence, HostFailure.HostKeyChanged, "host key", $"its {type} certificate {fingerprint} is not valid ({invalid.Split(':')[^1].Trim()})", "have the host's certificate renewed");
        var scan = address is null ? "ssh-keyscan HOST" : string.Create(CultureInfo.InvariantCulture, $"ssh-keyscan -p {port} {address}");
        return Failure(
            evidence, HostFailure.HostKeyUnknown, "host key",
            $"it is unknown: its {type} key {fingerprint} is not in known_hosts",
            $"if that is the right machine:   {scan} >> ~/.ssh/known_hosts   (or log in once by hand)");
    }

    private static HostConnectException? Login(SshEvidence evidence)
    {
        if (!evidence.Has("Permission denied") && !evidence.Has("Too many authentication failures") && !evidence.Has("No more authentication methods"))
            return null;
        var user = LoginUser().Match(evidence.Log) is { Success: true } match ? match.Groups[1].Value : "this user";
        var accepted = AcceptedKey().Match(evidence.Log);
        if (accepted.Success && (evidence.Line("are too open") ?? evidence.Line("bad permissions")) is { } open)
        {
            return Failure(
                evidence, HostFailure.LoginDenied, "login",
                $"the login as {user} needs the key {accepted.Groups[1].Value}, which the host accepts, but ssh does not use it: {open.Trim()}", $"chmod 600 '{accepted.Groups[1].Value}'");
        }

        if (accepted.Success)
        {
            var (locked, advice) = evidence.HadAnswers
                ? ("and the given pass phrase does not open it", $"correct {nameof(SshOptions)}.{nameof(SshOptions.PassPhrase)}")
                : ("but a pass phrase locks it", $"ssh-add it, or give {nameof(SshOptions)}.{nameof(SshOptions.PassPhrase)}");
            return Failure(
                evidence, HostFailure.KeyLocked, "login",
                $"the login as {user} needs the key {accepted.Groups[1].Value}, which the host accepts, {locked}", advice);
        }

        if (evidence.Unanswered is { Length: > 0 } question)
        {
            return Failure(
                evidence, HostFailure.LoginDenied, "login",
                $"the login as {user} was refused: the host asked '{question}', which nobody could answer", "use a key for this account");
        }

        var offered = OfferedKey().Matches(evidence.Log).Select(key => key.Groups[1].Value.Trim()).Distinct().ToList();
        var unusable = evidence.Said.Where(line => line.Contains("bad permissions", StringComparison.OrdinalIgnoreCase)
            || line.Contains("agent refused operation", StringComparison.OrdinalIgnoreCase)
            || line.Contains("no such identity", StringComparison.OrdinalIgnoreCase)
            || line.Contains("not accessible", StringComparison.OrdinalIgnoreCase)
            || line.Contains("are too open", StringComparison.OrdinalIgnoreCase)).ToList();
        if (evidence.HadAnswers && evidence.Log.Contains("Next authentication method: password", StringComparison.Ordinal))
            unusable.Add("the given password was refused");
        var tried = offered.Count > 0 ? "tried: " + string.Join(", ", offered) : "there was no key to offer";
        return Failure(
            evidence, HostFailure.LoginDenied, "login",
            $"the login as {user} was refused; {string.Join("; ", [tried, .. unusable])}",
            "ssh-copy-id the key, or name the right user or IdentityFile in ~/.ssh/config");
    }

    private static HostConnectException? Connect(SshEvidence evidence)
    {
        var (address, port) = Endpoint(evidence.Log);
        var where = address is null ? "" : string.Create(CultureInfo.InvariantCulture, $" ({address} port {port})");
        if (evidence.Has("Connection refused"))
            return Failure(evidence, HostFailure.ConnectionRefused, "connect", $"it refused the connection{where}", "see that sshd runs there, on that port");
        if (evidence.Has("No route to host") || evidence.Has("Network is unreachable"))
            return Failure(evidence, HostFailure.ConnectionRefused, "connect", $"there is no route to it{where}");
        if (NotSsh(evidence) is { } greeting)
            return Failure(evidence, HostFailure.ConnectionClosed, "banner", $"something answered{where}, but not as an ssh server: '{greeting}'");
        if (evidence.Has("timed out during banner exchange"))
            return Failure(evidence, HostFailure.TimedOut, "connect", $"it took the connection{where} and stayed silent");
        if (evidence.Has("timed out"))
            return Failure(evidence, HostFailure.TimedOut, "connect", $"it did not answer in time{where}");
        if (evidence.Has("Unable to negotiate"))
            return Failure(evidence, HostFailure.ConnectionClosed, "banner", "it and ssh have no common algorithm");
        if (evidence.Has("onnection closed") || evidence.Has("Connection reset") || evidence.Has("kex_exchange_identification"))
        {
            return Failure(
                evidence, HostFailure.ConnectionClosed, "connect", $"it closed the connection before the login{where}",
                "many logins at once? then sshd's MaxStartups is the likely cause");
        }

        return null;
    }

    private static string? NotSsh(SshEvidence evidence)
    {
        // A server may print lines before its version; one that never names a version is none.
        if (evidence.Log.Contains("Remote protocol version", StringComparison.Ordinal))
            return null;
        var match = BannerLine().Match(evidence.Log);
        return match.Success ? match.Groups[1].Value.Trim() : null;
    }

    private static HostConnectException Failure(SshEvidence evidence, HostFailure failure, string stage, string what, string? advice = null)
    {
        var message = new StringBuilder($"host {evidence.Host}: {what}");
        if (advice is not null)
            message.Append("\n  try:      ").Append(advice);
        var said = evidence.Said.Where(line => !line.StartsWith('@')).TakeLast(MaxSaid).ToList();
        message.Append("\n  ssh said: ").Append(said.Count == 0 ? "nothing" : string.Join("\n            ", said));
        message.Append("\n  command:  ").Append(evidence.CommandLine);
        return new HostConnectException(failure, stage, PrintableText.Clean(message.ToString()));
    }

    private static (string Type, string Fingerprint) ServerKey(string log)
    {
        var match = ServerKeyLine().Match(log);
        if (!match.Success)
            return ("host", "(not shown)");
        var type = match.Groups[1].Value.Replace("ssh-", "", StringComparison.Ordinal).ToUpperInvariant();
        return (type, match.Groups[2].Value);
    }

    private static (string? Address, int Port) Endpoint(string log)
    {
        var match = EndpointLine().Match(log);
        return match.Success ? (match.Groups[1].Value, int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture)) : (null, 22);
    }

    [GeneratedRegex(@"^debug1: Server host key: (\S+) (\S+)", RegexOptions.Multiline | RegexOptions.RightToLeft)]
    private static partial Regex ServerKeyLine();

    [GeneratedRegex(@"^debug1: Connecting to (\S+) \[\S*\] port (\d{1,5})", RegexOptions.Multiline | RegexOptions.RightToLeft)]
    private static partial Regex EndpointLine();

    [GeneratedRegex(@"^debug1: Authenticating to \S+ as '([^']*)'", RegexOptions.Multiline)]
    private static partial Regex LoginUser();

    [GeneratedRegex(@"^debug1: Server accepts key: (\S+)", RegexOptions.Multiline | RegexOptions.RightToLeft)]
    private static partial Regex AcceptedKey();

    [GeneratedRegex(@"^debug1: Offering public key: ([^\r\n]*)", RegexOptions.Multiline)]
    private static partial Regex OfferedKey();

    [GeneratedRegex(@"^debug1: kex_exchange_identification: banner line 0: ([^\r\n]*)", RegexOptions.Multiline)]
    private static partial Regex BannerLine();
}
