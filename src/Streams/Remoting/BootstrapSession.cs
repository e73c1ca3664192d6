using System.Globalization;
using Streams.Hosts;
using Streams.Processes;
using Streams.Remoting.Bundles;

namespace Streams.Remoting;

/// <summary>One start on one connection: asks what the host has, sends what it lacks, and hands the connection over.</summary>
internal sealed class BootstrapSession(HostDialogue dialogue, Bundle agent, Bundle program, IBundleSource runtimeSource, BootstrapOptions options, UploadProgress progress)
{
    private const int MaxRuntimes = 50;

    private readonly List<string> _runtimes = [];
    private readonly List<string> _withoutWeb = [];
    private readonly List<string> _sent = [];
    private HostFacts _facts = new() { System = "unknown", Architecture = "unknown", Libc = "unknown" };
    private Bundle? _runtime = RememberedRuntime.Find(runtimeSource);
    private string _diagnostics = "";
    private bool _canPack;
    private Version? _glibc;

    public async Task<StartedAgent> RunAsync(CancellationToken cancellationToken)
    {
        await dialogue.SendAsync(StartScript.First(dialogue.Nonce, agent, program, _runtime, options), cancellationToken).ConfigureAwait(false);
        var needed = await ReadOutcomeAsync(cancellationToken).ConfigureAwait(false);
        if (needed is not null)
        {
            await SupplyAsync(await BundlesAsync(needed, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            if (await ReadOutcomeAsync(cancellationToken).ConfigureAwait(false) is { } still)
            {
                throw dialogue.Failure(
                    HostFailure.UploadFailed, "upload", $"it still lacks what was sent: {string.Join(", ", still)} (is its disk changed by somebody else?)");
            }
        }

        return new StartedAgent(dialogue.TakeConnection(), _facts with { Runtimes = _runtimes, Sent = _sent, RuntimeSent = _sent.Contains("runtime") }, _diagnostics);
    }

    /// <summary>Reads up to AGENT, and answers null, or up to NEED, and answers what is needed.</summary>
    private async Task<IReadOnlyList<string>?> ReadOutcomeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await dialogue.ReadAsync(cancellationToken).ConfigureAwait(false);
            var (word, rest) = Split(line);
            switch (word)
            {
                case "AGENT":
                    _diagnostics = PrintableText.Clean(rest);
                    return null;
                case "NEED":
                    return rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                default:
                    TakeFact(word, rest);
                    break;
            }
        }
    }

    private void TakeFact(string word, string rest)
    {
        var words = PrintableText.Clean(rest).Split(' ', 6);
        switch (word)
        {
            case "FACT" when words.Length >= 5:
                _facts = _facts with { System = words[0], Architecture = words[1], Libc = words[2] };
                _canPack = words[4] == "yes";
                break;
            case "LIBC" when words.Length == 2:
                _ = Version.TryParse(words[1], out _glibc);
                break;
            case "RUNTIME" when _runtimes.Count < MaxRuntimes:
                _runtimes.Add(words[0]);
                break;
            case "NOWEB" when _withoutWeb.Count < MaxRuntimes:
                _withoutWeb.Add(words[0]);
                break;
            case "DOTNET":
                _facts = _facts with { DotnetPath = PrintableText.Clean(rest) };
                break;
            case "FREE" when long.TryParse(rest, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var kibibytes):
                _facts = _facts with { FreeBytes = kibibytes < 0 ? -1 : kibibytes * 1024 };
                break;
        }
    }

    private async Task<IReadOnlyList<Bundle>> BundlesAsync(IReadOnlyList<string> needed, CancellationToken cancellationToken)
    {
        var bundles = new List<Bundle>();
        if (needed.Contains("runtime"))
        {
            CheckPlatform();
            _runtime = await ReadRuntimeAsync(cancellationToken).ConfigureAwait(false);
            bundles.Add(_runtime);
        }

        if (needed.Contains("agent"))
            bundles.Add(agent);
        if (needed.Contains("program"))
            bundles.Add(program);
        return bundles;
    }

    private async Task<Bundle> ReadRuntimeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await RememberedRuntime.ReadAsync(runtimeSource, cancellationToken).ConfigureAwait(false);
        }
        catch (StreamsException exception)
        {
            throw dialogue.Failure(HostFailure.HostNotSuitable, "runtime", $"{WhatItHas()}, and {exception.Message}", exception);
        }
    }

    private void CheckPlatform()
    {
        if (PlatformCheck.Problem(_facts.System, _facts.Architecture, _facts.Libc, _glibc) is { } problem)
            throw dialogue.Failure(HostFailure.HostNotSuitable, "runtime", $"{WhatItHas()}, and the one of this machine does not run there: {problem}\n  try:      install .NET {options.RequiredRuntime?.ToString(2)} with ASP.NET Core there");
    }

    private string WhatItHas()
    {
        var needed = $".NET {options.RequiredRuntime?.ToString(2)}";
        if (_withoutWeb.Count > 0)
            return $"it has .NET {_withoutWeb[0]} without ASP.NET Core, which the agent needs";
        return _runtimes.Count == 0 ? $"it has no .NET, and {needed} is needed" : $"it has .NET {string.Join(", ", _runtimes)}, and {needed} is needed";
    }

    private async Task SupplyAsync(IReadOnlyList<Bundle> bundles, CancellationToken cancellationToken)
    {
        dialogue.Stage = "upload";
        _runtimes.Clear(); // Reported again by the second answer.
        var missing = new Dictionary<string, BundleFile>(StringComparer.Ordinal);
        foreach (var bundle in bundles)
        {
            foreach (var file in await OfferAsync(bundle, cancellationToken).ConfigureAwait(false))
            {
                missing.TryAdd(file.ContentName, file);
                if (!_sent.Contains(bundle.Name))
                    _sent.Add(bundle.Name);
            }
        }

        var upload = new ContentUpload(dialogue, progress, _canPack, options.Time);
        await upload.SendAsync(missing.Values, ExpectAsync, cancellationToken).ConfigureAwait(false);
        _facts = _facts with { BytesSent = upload.Sent };
        await dialogue.SendAsync(StartScript.Second(bundles, _runtime), cancellationToken).ConfigureAwait(false);
        dialogue.Stage = "agent";
    }

    private async Task<List<BundleFile>> OfferAsync(Bundle bundle, CancellationToken cancellationToken)
    {
        await dialogue.SendAsync(StartScript.Offer(bundle), cancellationToken).ConfigureAwait(false);
        await ExpectAsync("SEND", cancellationToken).ConfigureAwait(false);
        await dialogue.SendAsync(bundle.Manifest, cancellationToken).ConfigureAwait(false);
        var known = bundle.Files.DistinctBy(file => file.ContentName).ToDictionary(file => file.ContentName, StringComparer.Ordinal);
        var missing = new List<BundleFile>();
        while (true)
        {
            var (word, rest) = Split(await dialogue.ReadAsync(cancellationToken).ConfigureAwait(false));
            if (word == "END")
                return missing;
            if (word != "MISSING")
                throw Unexpected(word);
            // A name that is not ours, or comes twice, is no reason to send anything.
            if (known.Remove(rest, out var file))
                missing.Add(file);
        }
    }

    private async Task ExpectAsync(string expected, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (word, rest) = Split(await dialogue.ReadAsync(cancellationToken).ConfigureAwait(false));
            if (word == expected)
                return;
            if (word != "FREE")
                throw Unexpected(word);
            TakeFact(word, rest);
        }
    }

    private HostConnectException Unexpected(string word) =>
        dialogue.Failure(HostFailure.UploadFailed, dialogue.Stage, $"it answered '{word}', which is out of turn");

    private static (string Word, string Words) Split(string line)
    {
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        return blank < 0 ? (line, "") : (line[..blank], line[(blank + 1)..]);
    }
}
