using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Streams.Remoting;
using Streams.Remoting.Bundles;

namespace Streams.Tool;

/// <summary>One host under examination, and what is to be said of it.</summary>
internal sealed partial class Patient : IAsyncDisposable
{
    private static readonly ResourceBundle Agent = new("agent", typeof(StreamHost).Assembly, "agent/");

    private readonly List<string> _lines = [];
    private HostExamination? _examination;

    private Patient(string name) => Name = name;

    /// <summary>As it was written on the command line.</summary>
    public string Name { get; }

    public bool IsWell { get; private set; }

    /// <summary>Where ssh found it; null if there is no such place.</summary>
    public IPEndPoint? Address { get; private set; }

    public bool CanBeAsked => _examination is not null;

    public string Report => string.Join('\n', _lines);

    public static async Task<Patient> ExamineAsync(string name, StreamHost host, SshOptions ssh, CancellationToken cancellationToken)
    {
        var patient = new Patient(name);
        patient._lines.Add(name == host.ToString() ? name : $"{name} ({host})");
        if (host.IsLocal)
        {
            patient.Tell("this machine", $"streams run here without a connection, on .NET {Environment.Version}");
            patient.IsWell = true;
            return patient;
        }

        try
        {
            var options = new BootstrapOptions();
            var agent = await Agent.ReadAsync(cancellationToken).ConfigureAwait(false);
            patient._examination = await HostExamination.OpenAsync(host.CreateConnector(ssh), agent, options, cancellationToken).ConfigureAwait(false);
            await patient.DescribeAsync(agent, cancellationToken).ConfigureAwait(false);
        }
        catch (HostConnectException exception)
        {
            patient.Tell("FAILED", $"at the stage '{exception.Stage}' ({exception.Failure})");
            patient._lines.Add("  " + exception.Message.ReplaceLineEndings("\n  "));
        }

        return patient;
    }

    public async Task<string> ReachesAsync(Patient target, CancellationToken cancellationToken)
    {
        try
        {
            return await _examination!.ReachesAsync(target.Address!.Address, target.Address.Port, cancellationToken).ConfigureAwait(false) switch
            {
                true => "yes",
                false => "no",
                null => "?",
            };
        }
        catch (HostConnectException)
        {
            return "lost";
        }
    }

    public ValueTask DisposeAsync() => _examination?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task DescribeAsync(Bundle agent, CancellationToken cancellationToken)
    {
        var found = _examination!;
        DescribeSsh(found.SshLog);
        Tell("shell", "answers");
        Tell("system", found.Platform);
        Tell(".NET", found.Dotnet.Length > 0 ? found.Dotnet : found.Runtimes.Count > 0 ? "none that fits; there is " + string.Join(", ", found.Runtimes) : "none");
        Tell("store", found.FreeBytes < 0 ? found.Store : $"{found.Store}, {Sizes.Text(found.FreeBytes)} free");
        Tell("clock", string.Create(CultureInfo.InvariantCulture, $"{found.ClockOffset.TotalSeconds:+0.000;-0.000} s against this machine's (±{found.RoundTrip.TotalSeconds / 2:0.000} s)"));
        Tell("round trip", string.Create(CultureInfo.InvariantCulture, $"{found.RoundTrip.TotalMilliseconds:0.00} ms, the time of one command in its shell included"));
        IsWell = true;
        var bytes = found.Needed.Contains("agent") ? Length(agent) : 0;
        if (found.Needed.Contains("runtime"))
        {
            if (found.PlatformProblem is { } fits)
            {
                IsWell = false;
                Tell("FAILED", $"the .NET of this machine does not run there: {fits}; install .NET {Environment.Version.ToString(2)} with ASP.NET Core there");
                return;
            }

            bytes += Length(await RuntimeBundle.OfThisProcess.ReadAsync(cancellationToken).ConfigureAwait(false));
        }

        Tell("upload", found.Needed.Count == 0 ? "only the test's own files, once" : $"{string.Join(" and ", found.Needed)}, {Sizes.Text(bytes)}, once, and the test's own files");
    }

    private void DescribeSsh(string log)
    {
        if (Endpoint().Match(log) is { Success: true } endpoint && IPAddress.TryParse(endpoint.Groups[2].Value, out var address))
        {
            Address = new IPEndPoint(address, int.Parse(endpoint.Groups[3].ValueSpan, CultureInfo.InvariantCulture));
            Tell("connect", $"{address} port {Address.Port}");
        }

        if (HostKey().Match(log) is { Success: true } key)
            Tell("host key", $"{key.Groups[1].Value} {key.Groups[2].Value}, known");
        if (Login().Match(log) is { Success: true } login)
            Tell("login", $"by {login.Groups[1].Value}{(Key().Match(log) is { Success: true } file ? ": " + file.Groups[1].Value : "")}");
    }

    private void Tell(string what, string text) => _lines.Add($"  {what,-12}{text}");

    private static long Length(Bundle bundle) => bundle.Files.Sum(file => file.Length);

    [GeneratedRegex(@"^debug1: Connecting to (\S+) \[([^\]\s]+)\] port (\d{1,5})", RegexOptions.Multiline)]
    private static partial Regex Endpoint();

    [GeneratedRegex(@"^debug1: Server host key: (\S+) (\S+)", RegexOptions.Multiline)]
    private static partial Regex HostKey();

    [GeneratedRegex("^Authenticated to .* using \"([a-z-]+)\"", RegexOptions.Multiline)]
    private static partial Regex Login();

    [GeneratedRegex(@"^debug1: Server accepts key: (\S+)", RegexOptions.Multiline)]
    private static partial Regex Key();
}
