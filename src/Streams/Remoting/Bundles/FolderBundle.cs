namespace Streams.Remoting.Bundles;

/// <summary>A bundle of all files below a folder.</summary>
internal sealed class FolderBundle(string name, string folder) : IBundleSource
{
    public async Task<Bundle> ReadAsync(CancellationToken cancellationToken) =>
        new(name, await FileDigests.Shared.ReadAsync(LocalFile.Below(folder), cancellationToken).ConfigureAwait(false));
}
