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
    private static readonly Lazy<string> Body = new(() => Read("start.sh"));
    private static readonly Lazy<string> ToolBody = new(() => Read("start.sh") + Read("tool.sh"));

    public static string First(string nonce, Bundle agent, Bundle program, Bundle? runtime, BootstrapOptions options)
    {
        var script = Beginning(nonce, options);
        script.Append(CultureInfo.InvariantCulture, $"entry='{options.Entry}'\n");
        script.Append("launch_line='").Append(options.LaunchLine.Replace("'", @"'\''", StringComparison.Ordinal)).Append("'\n");
        AppendBundle(script, agent);
        AppendBundle(script, program);
        if (runtime is not null)
            AppendBundle(script, runtime);
        return script.Append(Body.Value).Append("report\nopen_store\nstart\n}\n").ToString();
    }

    /// <summary>What a start would find, without one.</summary>
    public static string Probe(string nonce, Bundle agent, BootstrapOptions options)
    {
        var script = Beginning(nonce, options);
        AppendBundle(script, agent);
        return script.Append(ToolBody.Value).Append("report\nopen_store\nprobe\n}\n").ToString();
    }

    public static string Clean(string nonce, bool force, BootstrapOptions options) =>
        Beginning(nonce, options).Append(ToolBody.Value).Append(force ? "clean force\n}\n" : "clean ask\n}\n").ToString();

    /// <summary>Tells the host's clock; an answer to measure round trips by.</summary>
    public static string Clock { get; } = "{ say CLOCK \"$(date +%s.%N)\"; }\n";

    public static string Reach(System.Net.IPAddress address, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{{ reach {ShellQuoting.Quote(address.ToString())} {port}; }}\n");

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

    private static string Read(string name)
    {
        using var stream = typeof(StartScript).Assembly.GetManifestResourceStream("Streams.Remoting." + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static StringBuilder Beginning(string nonce, BootstrapOptions options)
    {
        var required = options.RequiredRuntime;
        return new StringBuilder("{\n")
            .Append(CultureInfo.InvariantCulture, $"nonce={nonce}\n")
            .Append(CultureInfo.InvariantCulture, $"major={required?.Major} minor={required?.Minor} patch={Math.Max(0, required?.Build ?? 0)}\n")
            .Append(CultureInfo.InvariantCulture, $"store_limit={options.StoreLimit / 1024}\n");
    }

    private static void AppendBundle(StringBuilder script, Bundle bundle) =>
        script.Append(CultureInfo.InvariantCulture, $"{bundle.Name}_id={bundle.Id} {bundle.Name}_count={bundle.Files.Count}\n");
}
