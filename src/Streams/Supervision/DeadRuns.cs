using Streams.Processes;

namespace Streams.Supervision;

/// <summary>
/// The last of the nets: a new run clears up what is left of runs whose test process, supervisor and guard were all killed at
/// once. It knows them by their <see cref="RunNote"/>, and ends only what carries a dead run's mark.
/// </summary>
internal static class DeadRuns
{
    private const int MostRuns = 200;

    /// <summary>Where this user's runs keep their private directories.</summary>
    public static IReadOnlyList<string> Places => [.. new[] { Path.GetTempPath(), "/tmp" }.Select(Path.TrimEndingDirectorySeparator).Distinct()];

    /// <summary>Ends what is left of dead runs there and removes their directories. Returns what could not be ended; throws nothing.</summary>
    public static async Task<IReadOnlyList<ProcessEntry>> SweepAsync(IEnumerable<string> places, TimeProvider time)
    {
        var strays = new List<ProcessEntry>();
        var here = RunNote.OfThisProcess();
        foreach (var directory in places.SelectMany(Candidates).Take(MostRuns))
        {
            if (RunNote.TryRead(directory) is not { } note || IsAlive(note, here))
                continue;
            var left = note.Boot == here.Boot ? await EndAsync(note, time).ConfigureAwait(false) : [];
            strays.AddRange(left);
            if (left.Count == 0)
                Remove(directory); // else the next run tries again
        }

        return strays;
    }

    /// <summary>Alive, or nobody here can tell: its ids mean something else on another machine and in another container.</summary>
    private static bool IsAlive(RunNote note, RunNote here) =>
        note.Machine != here.Machine || (note.Boot == here.Boot && (note.ProcessSpace != here.ProcessSpace || note.Owner.IsAlive));

    private static async Task<List<ProcessEntry>> EndAsync(RunNote note, TimeProvider time)
    {
        var strays = new List<ProcessEntry>();
        foreach (var (id, supervisor) in note.Supervisors)
        {
            // If it still lives, it is stopped or ending all that it has, which we do in its place.
            supervisor.TrySignal(NativeMethods.SIGKILL);
            strays.AddRange((await Leftovers.EndAsync(id, time).ConfigureAwait(false)).Strays);
        }

        return strays;
    }

    private static IEnumerable<string> Candidates(string place)
    {
        try
        {
            return Directory.GetDirectories(place, PrivateDirectory.NamePrefix + "*").Where(IsOurs);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsOurs(string directory)
    {
        try
        {
            PrivateDirectory.Check(directory);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void Remove(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another new run is at it as well, or something in it cannot be removed.
        }
    }
}
