using System.Globalization;
using System.Text;
using Streams.Blocks.Verdicts;
using Streams.Processes;

namespace Streams.Workers;

/// <summary>
/// The end of a worker from inside: it says whose code brought it about, which nobody else can know, and an exit that hangs
/// gets an end.
/// </summary>
internal static class WorkerEnding
{
    /// <summary>Exit handlers get this long. Shorter than whoever waits for the worker's end waits.</summary>
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(1.5);

    /// <summary>In case that the runtime itself hangs, the kernel ends the process. In whole seconds.</summary>
    private const uint LastLimit = 4;

    /// <summary>The block that a piece of code belongs to: flows into all threads, tasks and timers that it starts.</summary>
    private static readonly AsyncLocal<string?> Owner = new();

    /// <summary>The last exception that was thrown on this thread, and the block whose code threw it.</summary>
    [ThreadStatic]
    private static (Exception? Exception, string? Owner) _thrown;

    private static readonly TaskCompletionSource Never = new();

    /// <summary>The block that runs now; null between blocks.</summary>
    private static volatile string? _running;
    private static volatile bool _exiting;

    /// <summary>To be called once, before any block.</summary>
    public static void Watch(Action closeChannel)
    {
        AppDomain.CurrentDomain.FirstChanceException += (_, happened) =>
        {
            // Until it is known that nobody catches it, it has left the context that names the block.
            if (!ReferenceEquals(_thrown.Exception, happened.Exception))
                _thrown = (happened.Exception, Owner.Value);
        };
        AppDomain.CurrentDomain.UnhandledException += (_, happened) =>
            NameOwner(ReferenceEquals(_thrown.Exception, happened.ExceptionObject) ? _thrown.Owner : null);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            _exiting = true;
            closeChannel(); // nothing that comes after this is the block's verdict, and whoever waits for one shall not wait for the handlers
            new Thread(EndHangingExit) { IsBackground = true, Name = "Streams exit watch" }.Start();
            _ = NativeMethods.Alarm(LastLimit);
        };
    }

    /// <summary>All code that is started from here on is this block's.</summary>
    public static void Enter(string block) => Owner.Value = _running = block;

    /// <summary>Does not return when the process is exiting already: a second exit would change the first one's code.</summary>
    public static void WaitIfExiting()
    {
        if (_exiting)
            Never.Task.Wait();
    }

    public static void Leave()
    {
        _running = null;
        Owner.Value = null;
    }

    /// <summary>Prints a line in the worker's output, with one system call: the author's code may hold the console's lock.</summary>
    public static void Say(string line) => NativeMethods.TryWriteAll(2, Encoding.UTF8.GetBytes(LastWords.Sign + line + "\n"));

    private static void NameOwner(string? owner)
    {
        if (owner is not null)
            Say($"the exception came from a thread of {(owner == _running ? "this block" : $"block {owner}, which had finished before")}");
    }

    private static void EndHangingExit()
    {
        if (Never.Task.Wait(ExitLimit))
            return;
        Say(string.Create(CultureInfo.InvariantCulture, $"an exit handler had not returned after {ExitLimit.TotalSeconds} s"));
        NativeMethods.ExitAtOnce(Environment.ExitCode);
    }
}
