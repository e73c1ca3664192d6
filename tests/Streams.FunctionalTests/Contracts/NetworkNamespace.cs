namespace Streams.FunctionalTests.Contracts;

/// <summary>A network namespace of this machine, with a cache directory of its own; both outlive the streams that run there.</summary>
public sealed class NetworkNamespace : IAsyncLifetime
{
    /// <summary>What a test that uses it needs.</summary>
    public const Needs Needed = Needs.Root | Needs.NetworkNamespaces;

    private readonly string _cache = Directory.CreateTempSubdirectory("streams-test-").FullName;
    private readonly string _name = $"contract{Environment.ProcessId}";

    /// <summary>By the command that a user would type.</summary>
    public StreamHost Host => StreamHost.Command("blue", ["env", $"XDG_CACHE_HOME={_cache}", "ip", "netns", "exec", _name, "sh"]);

    public async Task InitializeAsync()
    {
        if (Requirements.WhySkip(Needed) is null)
            await LocalProgram.RunAsync("ip", "netns", "add", _name);
    }

    public async Task DisposeAsync()
    {
        if (Requirements.WhySkip(Needed) is null)
            await LocalProgram.RunAsync("ip", "netns", "del", _name);
        Directory.Delete(_cache, recursive: true);
    }
}
