using System.Runtime.Versioning;

// The campaigns measure what is left on the machine: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: SupportedOSPlatform("linux")]
