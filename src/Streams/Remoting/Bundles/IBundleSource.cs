namespace Streams.Remoting.Bundles;

/// <summary>Where a bundle's files come from.</summary>
internal interface IBundleSource
{
    /// <summary>Reads the bundle as it is now. Digests of unchanged files are remembered.</summary>
    /// <exception cref="StreamsException">It cannot be made; the message says why.</exception>
    Task<Bundle> ReadAsync(CancellationToken cancellationToken);
}
