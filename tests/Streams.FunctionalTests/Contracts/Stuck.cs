using System.Collections.Concurrent;

namespace Streams.FunctionalTests.Contracts;

/// <summary>Lets a block of the test's own process hang until the test lets it go.</summary>
internal static class Stuck
{
    private static readonly ConcurrentDictionary<Guid, ManualResetEventSlim> Gates = new();

    public static Guid Add(ManualResetEventSlim gate)
    {
        var key = Guid.NewGuid();
        Gates[key] = gate;
        return key;
    }

    public static void Wait(Guid key) => Gates[key].Wait(TimeSpan.FromMinutes(1));
}
