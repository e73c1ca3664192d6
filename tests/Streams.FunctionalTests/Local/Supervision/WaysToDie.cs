using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Streams.FunctionalTests.Local.Supervision;

/// <summary>Blocks that end their worker, each in its way.</summary>
internal static class WaysToDie
{
    private const int OneMegabyte = 1024 * 1024;

    public static void Die(string how, string memoryGroup)
    {
        switch (how)
        {
            case "wild pointer": Marshal.WriteInt32(new IntPtr(0x7000_0000_1234), 1); break;
            case "stack overflow": Overflow(0); break;
            case "FailFast": Environment.FailFast("the state is beyond repair"); break;
            case "abort()": Abort(); break;
            case "unhandled exception on another thread": ThrowElsewhere(); break;
            case "managed out of memory": FillManagedMemory(); break;
            case "kernel out of memory in a memory cgroup": FillMemoryOf(memoryGroup); break;
            case "native SIGSEGV": Length(unchecked((nint)0x7000_0000_1234)); break;
            case "Exit(0)": Environment.Exit(0); break;
            case "Exit(7)": Environment.Exit(7); break;
            case "kill -9 from outside": KillFromOutside("KILL"); break;
            case "SIGTERM from outside": KillFromOutside("TERM"); break;
            case "an exit handler that hangs": ExitIntoHangingHandler(); break;
            case "a foreground thread that stays": StayBehind(); break;
            default: throw new ArgumentOutOfRangeException(nameof(how), how, "no such way");
        }
    }

    [DllImport("libc", EntryPoint = "abort")]
    private static extern void Abort();

    [DllImport("libc", EntryPoint = "strlen")]
    private static extern nint Length(nint text);


    [DllImport("libc", EntryPoint = "setrlimit")]
    private static extern int Limit(int resource, ulong[] softAndHard);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Overflow(int depth) => depth < 0 ? 0 : 1 + Overflow(depth + 1);

    private static void ThrowElsewhere()
    {
        new Thread(() => throw new InvalidOperationException("nobody listens here")).Start();
        Wait();
    }

    /// <summary>On a thread where nobody catches it: on the block's own it would be the block's exception.</summary>
    private static void FillManagedMemory()
    {
        const int addressSpace = 9;
        using (var self = Process.GetCurrentProcess())
        {
            var now = (ulong)self.VirtualMemorySize64;
            _ = Limit(addressSpace, [now + (128 * OneMegabyte), now + (128 * OneMegabyte)]);
        }

        new Thread(() =>
        {
            var kept = new List<byte[]>();
            while (true)
                kept.Add(new byte[OneMegabyte]);
        }).Start();
        Wait();
    }

    private static void FillMemoryOf(string group)
    {
        File.WriteAllText(Path.Combine(group, "cgroup.procs"), Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var kept = new List<byte[]>();
        while (true)
        {
            kept.Add(new byte[OneMegabyte]);
            kept[^1].AsSpan().Fill(1);
        }
    }

    private static void KillFromOutside(string signal)
    {
        using var shell = Process.Start("/bin/sh", ["-c", $"kill -{signal} {Environment.ProcessId}"]);
        Wait();
    }

    private static void ExitIntoHangingHandler()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Wait();
        Environment.Exit(5);
    }

    private static void StayBehind() => new Thread(Wait) { IsBackground = false, Name = "stays" }.Start();

    private static void Wait() => new ManualResetEvent(initialState: false).WaitOne();
}
