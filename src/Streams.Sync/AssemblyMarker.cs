namespace Streams.Sync;

internal static class AssemblyMarker;
