using System.Globalization;
using System.Net;
using Streams.Hosts;
using Streams.Processes;
using Streams.Remoting.Bundles;

namespace Streams.Remoting;

/// <summary>
/// A talk with a host for the tool: what a start would find and send there, how its clock stands, whom it reaches. It starts
/// nothing.
/// </summary>
internal sealed class HostExamination : IAsyncDisposable
{
    private const int RoundTrips = 5;

    private readonly HostConnection _connection;
    private readonly HostDialogue _dialogue;
    private readonly BootstrapOptions _options;

    private HostExamination(HostConnection connection, HostDialogue dialogue, BootstrapOptions options)
    {
        _connection = connection;
        _dialogue = dialogue;
        _options = options;
    }

    public string Platform { get; private set; } = "unknown";

    /// <summary>Why the .NET of this machine would not run there; null if it would.</summary>
    public string? PlatformProblem { get; private set; }

    /// <summary>Directory of the content store there.</summary>
    public string Store { get; private set; } = "";

    /// <summary>Free bytes there; -1 if unknown.</summary>
    public long FreeBytes { get; private set; } = -1;

    /// <summary>The dotnet that a start would use; empty if one would be sent.</summary>
    public string Dotnet { get; private set; } = "";

    /// <summary>Runtimes that were found, with their places.</summary>
    public List<string> Runtimes { get; } = [];

    /// <summary>Names of the bundles that a start would send.</summary>
    public IReadOnlyList<string> Needed { get; private set; } = [];

    public TimeSpan RoundTrip { get; private set; } = TimeSpan.MaxValue;

    /// <summary>How far the host's clock is ahead of this machine's, true to half a round trip.</summary>
    public TimeSpan ClockOffset { get; private set; }

    /// <summary>What ssh logged; empty if the way is another.</summary>
    public string SshLog => (_connection as SshConnection)?.ReadLog() ?? "";

    /// <exception cref="HostConnectException">The host cannot be used; the message says why.</exception>
    public static async Task<HostExamination> OpenAsync(IHostConnector connector, Bundle agent, BootstrapOptions options, CancellationToken cancellationToken)
    {
        using var place = await LoginGate.EnterAsync(cancellationToken).ConfigureAwait(false);
        var connection = await connector.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var examination = new HostExamination(connection, new HostDialogue(connector.Host, connection, options, place), options);
        try
        {
            await examination.ProbeAsync(agent, cancellationToken).ConfigureAwait(false);
            for (var trip = 0; trip < RoundTrips; trip++)
                await examination.ReadClockAsync(cancellationToken).ConfigureAwait(false);
            return examination;
        }
        catch
        {
            await examination.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether the host can open a TCP connection there; null if it has no means to say.</summary>
    public async Task<bool?> ReachesAsync(IPAddress address, int port, CancellationToken cancellationToken) =>
        await AskAsync(StartScript.Reach(address, port), "REACH", cancellationToken).ConfigureAwait(false) switch
        {
            "yes" => true,
            "no" => false,
            _ => null,
        };

    public async ValueTask DisposeAsync()
    {
        await _dialogue.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ProbeAsync(Bundle agent, CancellationToken cancellationToken)
    {
        await _dialogue.SendAsync(StartScript.Probe(_dialogue.Nonce, agent, _options), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var (word, rest) = await ReadAsync(cancellationToken).ConfigureAwait(false);
            switch (word)
            {
                case "FACT" when rest.Split(' ') is [var system, var machine, var libc, var icu, ..]:
                    PlatformProblem = PlatformCheck.Problem(system, machine, libc);
                    Platform = $"{system} {machine}, {libc}{(icu == "yes" ? "" : ", no ICU")}";
                    break;
                case "RUNTIME" when Runtimes.Count < 50: Runtimes.Add(rest.Replace(" ", " in ", StringComparison.Ordinal)); break;
                case "DOTNET": Dotnet = rest; break;
                case "STORE": Store = rest; break;
                case "FREE": FreeBytes = long.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) ? kibibytes * 1024 : -1; break;
                case "NEED":
                    Needed = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    return;
            }
        }
    }

    private async Task ReadClockAsync(CancellationToken cancellationToken)
    {
        var sent = _options.Time.GetTimestamp();
        var before = _options.Time.GetUtcNow();
        var text = await AskAsync(StartScript.Clock, "CLOCK", cancellationToken).ConfigureAwait(false);
        var trip = _options.Time.GetElapsedTime(sent);
        // A busybox host says whole seconds and a letter.
        var digits = text.TrimEnd('.', 'N', '%');
        if (trip >= RoundTrip || !double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds > 253402300799)
            return;
        RoundTrip = trip;
        ClockOffset = DateTimeOffset.UnixEpoch.AddSeconds(seconds) - (before + (trip / 2));
    }

    private async Task<string> AskAsync(string question, string answer, CancellationToken cancellationToken)
    {
        await _dialogue.SendAsync(question, cancellationToken).ConfigureAwait(false);
        var (word, rest) = await ReadAsync(cancellationToken).ConfigureAwait(false);
        return word == answer ? rest : throw _dialogue.Failure(HostFailure.HostNotSuitable, "shell", $"it answered '{word}', which is out of turn");
    }

    private async Task<(string Word, string Words)> ReadAsync(CancellationToken cancellationToken)
    {
        var line = PrintableText.CleanLine(await _dialogue.ReadAsync(cancellationToken).ConfigureAwait(false));
        return line.Split(' ', 2) is [var word, var rest] ? (word, rest) : (line, "");
    }
}
