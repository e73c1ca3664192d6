namespace Streams.FunctionalTests.Contracts;

/// <summary>A network namespace of this machine, with a cache directory of its own; both outlive the streams that run there.</summary>
public sealed class NetworkNamespace : IAsyncLifetime
{
    /// <summary>What a test that uses it needs.</summary>
    public const Needs Needed = Needs.Root | Needs.NetworkNamespaces;

    private readonly TempDirectory _cache = new();
    private readonly string _name = $"contract{Environment.ProcessId}";

    /// <summary>By the command that a user would type.</summary>
    public StreamHost Host => StreamHost.Command("blue", ["env", $"XDG_CACHE_HOME={_cache.Root}", "ip", "netns", "exec", _name, "sh"]);

    public async Task InitializeAsync()
    {
        if (Requirements.WhySkip(Needed) is null)
            await LocalProgram.RunAsync("ip", "netns", "add", _name);
    }

    public async Task DisposeAsync()
    {
        if (Requirements.WhySkip(Needed) is null)
            await LocalProgram.RunAsync("ip", "netns", "del", _name);
        _cache.Dispose();
    }
}
