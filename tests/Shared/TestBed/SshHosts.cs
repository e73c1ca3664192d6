namespace Streams.Tests.Shared.TestBed;

/// <summary>
/// One bed with a host of each kind for the classes of a collection. Without root or the tools it stays down, and the
/// tests say by <see cref="NeedsFactAttribute"/> why they are skipped.
/// </summary>
public sealed class SshHosts : IAsyncLifetime
{
    /// <summary>What a test that uses the bed needs.</summary>
    public const Needs Needed = Needs.Root | Needs.Ssh | Needs.NetworkNamespaces;

    private Bed? _bed;

    public Bed Bed => _bed ?? throw new InvalidOperationException("The test bed is down; mark the test [NeedsFact(SshHosts.Needed)].");

    public async Task InitializeAsync()
    {
        if (Requirements.WhySkip(Needed) is null)
            _bed = await Bed.UpAsync("dotnet", "nodotnet", "libc", "busybox", "accounts");
    }

    public async Task DisposeAsync()
    {
        if (_bed is not null)
            await _bed.DisposeAsync();
    }
}
