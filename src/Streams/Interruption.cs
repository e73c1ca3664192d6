using System.Runtime.InteropServices;

namespace Streams;

/// <summary>
/// Ctrl-C and SIGTERM while collections are open. The first Ctrl-C ends all blocks and leaves the program to go on, which meets an
/// <see cref="OperationCanceledException"/> where it waits; the second ends the program at once. SIGTERM ends the program when the
/// blocks have ended and the results are written.
/// </summary>
internal static class Interruption
{
    /// <summary>Beyond the grace: how long ending the blocks and writing the results may take before SIGTERM ends the program anyway.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    private static readonly Lock Gate = new();

    /// <summary>The open collections. Guarded by <see cref="Gate"/>.</summary>
    private static readonly List<StreamCollection> Open = [];

    /// <summary>Registered while a collection is open. Guarded by <see cref="Gate"/>.</summary>
    private static PosixSignalRegistration[] _registrations = [];

    /// <summary>Signals since the first collection was opened.</summary>
    private static int _signals;

    public static void Watch(StreamCollection collection)
    {
        lock (Gate)
        {
            Open.Add(collection);
            if (_registrations.Length == 0)
                _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
        }
    }

    public static void Forget(StreamCollection collection)
    {
        PosixSignalRegistration[] unused = [];
        lock (Gate)
        {
            Open.Remove(collection);
            if (Open.Count == 0)
            {
                (unused, _registrations) = (_registrations, []);
                _signals = 0;
            }
        }

        // Outside the lock: disposing may wait for a handler, which takes it.
        foreach (var registration in unused)
            registration.Dispose();
    }

    private static void Handle(PosixSignalContext context)
    {
        List<StreamCollection> open;
        lock (Gate)
            open = [.. Open];
        if (open.Count == 0)
            return;
        if (Interlocked.Increment(ref _signals) > 1)
        {
            // Not cancelled: the program ends now, and its supervisor and the leases end the rest.
            TellLeftovers(open, "ended at once");
            return;
        }

        // While SIGTERM's handler waits, whatever else comes is the second signal.
        var ending = EndAsync(open, context.Signal.ToString());
        context.Cancel = context.Signal == PosixSignal.SIGINT;
        if (!context.Cancel)
            ending.Wait(open.Max(collection => collection.Options.Grace) + Slack);
    }

    private static async Task EndAsync(List<StreamCollection> open, string signal)
    {
        foreach (var collection in open)
            collection.Abort($"the run was interrupted ({signal})");
        await Task.WhenAll(open.Select(collection => collection.AbortedAsync())).ConfigureAwait(false);
        TellLeftovers(open, "interrupted");
    }

    /// <summary>To the standard error, for the test's output may not be read any more, and to the results.</summary>
    private static void TellLeftovers(List<StreamCollection> open, string how)
    {
        foreach (var collection in open)
        {
            var lines = collection.Leftovers();
            Console.Error.WriteLine($"Streams: {how}; {(lines.Count == 0 ? "nothing is left behind" : $"{lines.Count} left behind")}; results: {collection.ResultsDirectory}");
            foreach (var line in lines)
                Console.Error.WriteLine($"  {line}");
            collection.WriteLeftovers(lines);
        }
    }
}
