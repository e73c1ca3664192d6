using System.Runtime.CompilerServices;

namespace Streams.Remoting.Bundles;

/// <summary>
/// Runtime bundles that were needed once in this process. They are large, so the first host without .NET pays for their
/// digests, and later starts can name them in the first question.
/// </summary>
internal static class RememberedRuntime
{
    private static readonly ConditionalWeakTable<IBundleSource, Bundle> Read = [];

    public static Bundle? Find(IBundleSource source) => Read.TryGetValue(source, out var bundle) ? bundle : null;

    public static async Task<Bundle> ReadAsync(IBundleSource source, CancellationToken cancellationToken)
    {
        var bundle = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
        Read.AddOrUpdate(source, bundle);
        return bundle;
    }
}
