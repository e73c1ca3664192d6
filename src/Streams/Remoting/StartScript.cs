using System.Globalization;
using System.Text;
using Streams.Processes;
using Streams.Remoting.Bundles;

namespace Streams.Remoting;

/// <summary>
/// The compound commands sent to a host's shell. Only digests, numbers and our own constant text go into them, so there is
/// nothing to quote.
/// </summary>
internal static class StartScript
{
    private const string Resource = "Streams.Remoting.start.sh";

    private static readonly Lazy<string> Body = new(() =>
    {
        using var stream = typeof(StartScript).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });

    public static string First(string nonce, Bundle agent, Bundle program, Bundle? runtime, BootstrapOptions options)
    {
        var required = options.RequiredRuntime;
        var script = new StringBuilder("{\n");
        script.Append(CultureInfo.InvariantCulture, $"nonce={nonce}\n");
        script.Append(CultureInfo.InvariantCulture, $"major={required?.Major} minor={required?.Minor} patch={Math.Max(0, required?.Build ?? 0)}\n");
        script.Append(CultureInfo.InvariantCulture, $"store_limit={options.StoreLimit / 1024}\n");
        script.Append(CultureInfo.InvariantCulture, $"entry='{options.Entry}'\n");
        script.Append("launch_line='").Append(options.LaunchLine.Replace("'", @"'\''", StringComparison.Ordinal)).Append("'\n");
        AppendBundle(script, agent);
        AppendBundle(script, program);
        if (runtime is not null)
            AppendBundle(script, runtime);
        return script.Append(Body.Value).Append("start\n}\n").ToString();
    }

    public static string Offer(Bundle bundle) =>
        string.Create(CultureInfo.InvariantCulture, $"{{ offer {bundle.Id} {bundle.Manifest.Length}; }}\n");

    public static string Receive(ContentBatch batch) => string.Create(
        CultureInfo.InvariantCulture, $"{{ receive {batch.Length} {batch.Unpacked / 1024} {(batch.IsPacked ? "gzip" : "plain")}; }}\n");

    public static string Second(IReadOnlyList<Bundle> bundles, Bundle? runtime)
    {
        var script = new StringBuilder("{\n");
        if (runtime is not null)
            AppendBundle(script, runtime);
        foreach (var bundle in bundles)
            script.Append(CultureInfo.InvariantCulture, $"build {bundle.Id} {bundle.Files.Count}\n");
        return script.Append("start\n}\n").ToString();
    }

    /// <summary>The last lines of a file of the host, whose name is the host's own text.</summary>
    public static string Tail(string nonce, string path, int lines) => string.Create(CultureInfo.InvariantCulture, $$"""
        {
        echo
        tail -n {{lines}} {{ShellQuoting.Quote(path)}} 2>/dev/null | while IFS= read -r line; do printf 'STREAMS-%s LINE %s\n' {{nonce}} "$line"; done
        printf 'STREAMS-%s END\n' {{nonce}}
        }

        """);

    private static void AppendBundle(StringBuilder script, Bundle bundle) =>
        script.Append(CultureInfo.InvariantCulture, $"{bundle.Name}_id={bundle.Id} {bundle.Name}_count={bundle.Files.Count}\n");
}
