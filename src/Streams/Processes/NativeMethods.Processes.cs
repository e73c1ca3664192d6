using System.Runtime.InteropServices;

namespace Streams.Processes;

internal static partial class NativeMethods
{
    public const int SIGHUP = 1;
    public const int SIGKILL = 9;
    public const int SIGPIPE = 13;
    public const int SIGALRM = 14;
    public const int SIGTERM = 15;
    public const int SIGCHLD = 17;
    public const int SIGSTOP = 19;

    public const int WNOHANG = 1;

    private const nint PidfdSendSignalNumber = 424;
    private const nint PidfdOpenNumber = 434;
    private const int PrSetParentDeathSignal = 1;
    private const int PrSetChildSubreaper = 36;
    private const int WaitAny = 0;
    private const int WaitExited = 4;
    private const int WaitLeaveInPlace = 0x01000000;
    private const int ResourceOpenFiles = 7;

    [LibraryImport(LibC, EntryPoint = "getppid")]
    public static partial int ParentProcessId();

    [LibraryImport(LibC, EntryPoint = "setsid", SetLastError = true)]
    public static partial int StartSession();

    [LibraryImport(LibC, EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport(LibC, EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitFor(int pid, out int status, int options);

    /// <summary>Ends this process without running anything more of it.</summary>
    [LibraryImport(LibC, EntryPoint = "_exit")]
    public static partial void ExitAtOnce(int code);

    /// <summary>The kernel ends this process after so many seconds, whatever the runtime does then.</summary>
    [LibraryImport(LibC, EntryPoint = "alarm")]
    public static partial uint Alarm(uint seconds);

    [LibraryImport(LibC, EntryPoint = "getpgrp")]
    public static partial int ProcessGroup();

    [LibraryImport(LibC, EntryPoint = "signal", SetLastError = true)]
    public static partial nint SetSignalHandler(int signal, nint handler);

    [LibraryImport(LibC, EntryPoint = "unsetenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnsetEnvironment(string name);

    [LibraryImport(LibC, EntryPoint = "umask")]
    public static partial uint SetFileModeMask(uint mask);

    /// <summary>The kernel kills this process when the thread that started it ends.</summary>
    public static bool TryDieWithParent() => ProcessControl(PrSetParentDeathSignal, SIGKILL, 0, 0, 0) == 0;

    /// <summary>Orphans among the descendants of this process become its children.</summary>
    public static bool TryBecomeSubreaper() => ProcessControl(PrSetChildSubreaper, 1, 0, 0, 0) == 0;

    /// <summary>A descriptor of the process; -1: none such, or a kernel before 5.3.</summary>
    public static int OpenProcess(int pid) => (int)SystemCall(PidfdOpenNumber, pid, 0, 0, 0);

    public static bool TrySignalOpened(int processDescriptor, int signal) =>
        SystemCall(PidfdSendSignalNumber, processDescriptor, signal, 0, 0) == 0;

    /// <summary>Blocks until any child has ended and leaves it to be reaped. 0: there is no child.</summary>
    public static unsafe int WaitForAnyToEnd()
    {
        var information = stackalloc byte[128];
        while (WaitId(WaitAny, 0, information, WaitExited | WaitLeaveInPlace) != 0)
        {
            if (Marshal.GetLastPInvokeError() != EINTR)
                return 0;
        }

        return *(int*)(information + 16);
    }

    /// <summary>The soft limit of open files, as set now; the hard limit stays.</summary>
    public static unsafe void LimitOpenFiles(ulong soft)
    {
        var limit = stackalloc ulong[2];
        if (GetResourceLimit(ResourceOpenFiles, limit) != 0 || soft > limit[1])
            return;
        limit[0] = soft;
        _ = SetResourceLimit(ResourceOpenFiles, limit);
    }

    [LibraryImport(LibC, EntryPoint = "prctl", SetLastError = true)]
    private static partial int ProcessControl(int option, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport(LibC, EntryPoint = "waitid", SetLastError = true)]
    private static unsafe partial int WaitId(int idType, int id, byte* information, int options);

    [LibraryImport(LibC, EntryPoint = "getrlimit", SetLastError = true)]
    private static unsafe partial int GetResourceLimit(int resource, ulong* limit);

    [LibraryImport(LibC, EntryPoint = "setrlimit", SetLastError = true)]
    private static unsafe partial int SetResourceLimit(int resource, ulong* limit);

    /// <summary>
    /// Lets the calling thread step back behind all others: on Linux a thread has a nice value of its own, and "this
    /// process" (0, 0) means the calling thread.
    /// </summary>
    public static void StepBack() => _ = SetPriority(0, 0, 19);

    [LibraryImport(LibC, EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, int who, int niceness);
}
