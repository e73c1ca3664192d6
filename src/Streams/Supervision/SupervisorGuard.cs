using Streams.Processes;

namespace Streams.Supervision;

/// <summary>
/// The second net: a small shell program in a session of its own that reads from a pipe whose other end only this process
/// holds. When it ends without a word, this process was killed, and the guard ends all that it had started.
/// </summary>
internal sealed class SupervisorGuard : IAsyncDisposable
{
    // $1: the marker's id, $2: the cgroup's directory or nothing, $3: armed failpoints. Bounded, and needs nothing but grep and sleep. Its own
    // environment does not hold the id; that it is in its arguments does no harm.
    private const string Script =
        """
        trap '' HUP INT TERM
        pass() {
            case "$3" in *",guard.$1:kill,"*) kill -KILL $$;; *",guard.$1:stop,"*) kill -STOP $$;; *",guard.$1:exit,"*) exit 86;; esac
        }
        pass started "" "$3"
        while read -r word; do [ "$word" = done ] && exit 0; done
        pass woken "" "$3"
        empty=0 round=0
        while [ "$empty" -lt 2 ] && [ "$round" -lt 200 ]; do
            round=$((round + 1)) found=
            [ -n "$2" ] && [ -e "$2/cgroup.kill" ] && echo 1 > "$2/cgroup.kill"
            for file in $(grep -lsaF -e "$1" /proc/[0-9]*/environ); do
                pid=${file#/proc/} pid=${pid%/environ}
                kill -KILL "$pid" && found=1
            done
            if [ -z "$found" ]; then empty=$((empty + 1)); else empty=0; fi
            [ "$empty" -ge 2 ] || sleep 0.02 || sleep 1
        done
        pass killed "" "$3"
        round=0
        while [ -n "$2" ] && [ -d "$2" ] && [ "$round" -lt 50 ]; do
            round=$((round + 1))
            find "$2" -depth -type d -exec rmdir {} \;
            [ ! -d "$2" ] || sleep 0.02 || sleep 1
        done
        pass "done" "" "$3"
        exit 0
        """;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(1);

    private const int MostReplaced = 20;

    private readonly Lock _gate = new();
    private readonly Containment _containment;

    private ChildProcess? _process;
    private int _pipe = -1;
    private int _replaced;
    private bool _disposed;

    private SupervisorGuard(Containment containment) => _containment = containment;

    public static async Task<SupervisorGuard> StartAsync(Containment containment)
    {
        var guard = new SupervisorGuard(containment);
        await guard.StartCoreAsync().ConfigureAwait(false);
        return guard;
    }

    public async ValueTask DisposeAsync()
    {
        ChildProcess? process;
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            process = _process;
            NativeMethods.TryWriteAll(_pipe, "done\n"u8);
            _ = NativeMethods.Close(_pipe);
        }

        if (process is not null)
            await Task.WhenAny(process.Exit, Task.Delay(EndLimit)).ConfigureAwait(false);
    }

    private async Task StartCoreAsync()
    {
        var nowhere = NativeMethods.Open("/dev/null", NativeMethods.O_WRONLY | NativeMethods.O_CLOEXEC, 0);
        if (!NativeMethods.TryMakePipe(out var readEnd, out var writeEnd))
            throw new IOException("the supervisor's guard could not be started: no pipe could be made");
        try
        {
            var variables = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin" };
            // A nested supervisor's guard belongs to the outer worker, too.
            if (Environment.GetEnvironmentVariable(Containment.MarkerVariable) is { } outer)
                variables[Containment.MarkerVariable] = outer;
            var process = await ChildProcesses.OfThisProcess.StartAsync(new SpawnRequest(
                ["/bin/sh", "-c", Script, "streams-guard", _containment.Id, _containment.CgroupPath, Failpoint.ForShell()], variables, "/", readEnd, nowhere)).ConfigureAwait(false);
            lock (_gate)
                (_process, _pipe) = (process, writeEnd);
            _ = ReplaceWhenKilledAsync(process, writeEnd);
        }
        finally
        {
            _ = NativeMethods.Close(readEnd);
            _ = NativeMethods.Close(nowhere);
        }
    }

    /// <summary>Somebody may kill the guard alone; then there has to be another.</summary>
    private async Task ReplaceWhenKilledAsync(ChildProcess process, int pipe)
    {
        var exit = await process.Exit.ConfigureAwait(false);
        lock (_gate)
        {
            if (_disposed || exit.Signal == 0 || ++_replaced > MostReplaced)
                return; // it ended by itself: another would do the same; or somebody is at war with it
            _ = NativeMethods.Close(pipe);
            _pipe = -1;
        }

        try
        {
            await StartCoreAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Without it the first net still holds; there is nobody here who could be told.
        }
    }
}
