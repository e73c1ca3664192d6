namespace Streams.Remoting.Bundles;

/// <summary>One file of a bundle.</summary>
/// <param name="Path">Relative, '/'-separated; checked by <see cref="Bundle"/>.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Sha256">Digest of its content, 64 lower-case hex digits.</param>
/// <param name="IsExecutable">Whether it may be executed there.</param>
/// <param name="Open">Opens it for reading.</param>
internal sealed record BundleFile(string Path, long Length, string Sha256, bool IsExecutable, Func<Stream> Open)
{
    /// <summary>Its name in a host's content store.</summary>
    public string ContentName { get; } = Sha256 + (IsExecutable ? 'x' : '-');
}
