using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Streams.Results;

/// <summary>
/// The results of this test process under one root: <c>root/streams/run/</c>. In use while its lock file is held, which the
/// kernel lets go of when the process ends, however it ends.
/// </summary>
internal sealed class RunResults : IDisposable
{
    public const int RunsKept = 20;
    public const string LockName = ".lock";
    private const string LatestName = "latest";

    private static readonly ConcurrentDictionary<string, Lazy<RunResults>> Runs = new();

    private readonly SafeNames _owners = new();
    private readonly Lock _names = new();
    private readonly FileStream _lock;

    private RunResults(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    /// <summary>The run of this process under the root; made at the first call.</summary>
    /// <exception cref="StreamsException">It cannot be made there.</exception>
    public static RunResults For(ResultsRoot root)
    {
        var run = Runs.GetOrAdd(root.Path, path => new(() => Start(path, TimeProvider.System)));
        try
        {
            return run.Value;
        }
        catch (StreamsException)
        {
            // The disk was full, perhaps; the next collection of this process tries again.
            Runs.TryRemove(KeyValuePair.Create(root.Path, run));
            throw;
        }
    }

    /// <summary>Makes a new run, points <c>latest</c> to it and removes the oldest ones.</summary>
    public static RunResults Start(string root, TimeProvider time, int runsKept = RunsKept)
    {
        var all = System.IO.Path.Combine(root, "streams");
        try
        {
            Directory.CreateDirectory(all);
            var run = Create(all, time);
            run.PointLatest(all);
            Tidied = Task.Run(() => OldRuns.Remove(all, runsKept, time.GetUtcNow()));
            return run;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StreamsException(
                $"No results directory can be made under '{Printable.Line(all)}': {exception.Message}\n  Nothing was started. Free space there, or set {ResultsRoot.Variable}.", exception);
        }
    }

    /// <summary>Completes when the oldest runs are gone. For tests: nobody waits for it otherwise.</summary>
    internal static Task Tidied { get; private set; } = Task.CompletedTask;

    /// <summary>A directory of its own for one collection of the test; two never share one.</summary>
    public OwnerDirectory Owner(Owner.OwningTest test)
    {
        var name = Streams.Owner.TestName.Shorten(test);
        var mark = SafeName.Mark($"{test.UniqueId}\n{test.DisplayName}\n{test.ClassName}\n{test.MethodName}");
        var directory = _owners.Take(name, maxBytes: 80, ending: "~" + mark);
        RecordNames();
        return new OwnerDirectory(System.IO.Path.Combine(Path, directory), directory);
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>What the name of a run begins with.</summary>
    internal static string Stamp(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH.mm.ss", CultureInfo.InvariantCulture);

    private static RunResults Create(string all, TimeProvider time)
    {
        var stamp = Stamp(time.GetUtcNow());
        for (var n = 1; ; n++)
        {
            var name = $"{stamp}-{Environment.ProcessId}{(n == 1 ? "" : $".{n}")}";
            var path = System.IO.Path.Combine(all, name);
            if (Directory.Exists(path) && n < 1000)
                continue;
            Directory.CreateDirectory(path);
            try
            {
                return new RunResults(path, new FileStream(System.IO.Path.Combine(path, LockName), FileMode.CreateNew, FileAccess.Write, FileShare.None));
            }
            catch (IOException) when (n < 1000 && File.Exists(System.IO.Path.Combine(path, LockName)))
            {
                // Another process made the same directory in the same instant, or is just removing it.
            }
        }
    }

    // A rename replaces the link in one step. The new link is made inside of the run's directory: it dangles there, and only
    // a link that leads nowhere is renamed by File.Move as the link that it is.
    private void PointLatest(string all)
    {
        var link = System.IO.Path.Combine(Path, ".latest");
        try
        {
            File.CreateSymbolicLink(link, System.IO.Path.GetFileName(Path));
            File.Move(link, System.IO.Path.Combine(all, LatestName), overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A convenience only: some file systems have no links, and someone may have put a directory of that name there.
            File.Delete(link);
        }
    }

    private void RecordNames()
    {
        lock (_names)
        {
            try
            {
                if (_owners.Changed() is { } changed)
                    AtomicFile.Write(System.IO.Path.Combine(Path, "names.json"), JsonSerializer.SerializeToUtf8Bytes(changed, ResultsJson.Indented));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Each collection's own results.json holds its test's name too, and says if it could not be written.
            }
        }
    }
}
