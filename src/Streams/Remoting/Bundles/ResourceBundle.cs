using System.Reflection;
using System.Security.Cryptography;

namespace Streams.Remoting.Bundles;

/// <summary>A bundle of an assembly's embedded resources: those whose name begins with the prefix, named by the rest.</summary>
internal sealed class ResourceBundle(string name, Assembly assembly, string prefix) : IBundleSource
{
    private Bundle? _bundle;

    public Task<Bundle> ReadAsync(CancellationToken cancellationToken)
    {
        // Resources do not change while the process runs; making it twice at once does no harm.
        _bundle ??= new Bundle(name, assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(prefix, StringComparison.Ordinal))
            .Select(Read));
        return Task.FromResult(_bundle);
    }

    private BundleFile Read(string resource)
    {
        using var content = Open(resource);
        return new BundleFile(
            resource[prefix.Length..], content.Length, Convert.ToHexStringLower(SHA256.HashData(content)), false, () => Open(resource));
    }

    private Stream Open(string resource) => assembly.GetManifestResourceStream(resource)!;
}
