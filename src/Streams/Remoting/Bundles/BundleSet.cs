namespace Streams.Remoting.Bundles;

/// <summary>What a start may send to a host.</summary>
/// <param name="Agent">The agent's program.</param>
/// <param name="Program">The test's assemblies and what lies beside them.</param>
/// <param name="Runtime">The controller's own .NET, for a host without a fitting one.</param>
internal sealed record BundleSet(IBundleSource Agent, IBundleSource Program, IBundleSource Runtime);
