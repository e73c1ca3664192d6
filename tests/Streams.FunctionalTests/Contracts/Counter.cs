using System.Collections.Concurrent;

namespace Streams.FunctionalTests.Contracts;

/// <summary>State of the process in which blocks run, so that they can see one another.</summary>
internal static class Counter
{
    private static readonly ConcurrentDictionary<Guid, int> Counts = new();
    private static readonly ConcurrentDictionary<Guid, int> Mosts = new();

    public static int Next(Guid key) => Counts.AddOrUpdate(key, 1, static (_, count) => count + 1);

    public static void Enter(Guid key)
    {
        var now = Next(key);
        Mosts.AddOrUpdate(key, now, (_, most) => Math.Max(most, now));
    }

    public static void Leave(Guid key) => Counts.AddOrUpdate(key, 0, static (_, count) => count - 1);

    public static int Most(Guid key) => Mosts.GetValueOrDefault(key);
}
