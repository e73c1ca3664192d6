namespace Streams.Processes;

/// <summary>The signals of Linux (x86-64, arm64) by name and in words.</summary>
internal static class Signals
{
    private static readonly (string Name, string Words)[] Known =
    [
        ("", ""), ("SIGHUP", "hangup"), ("SIGINT", "interrupt"), ("SIGQUIT", "quit"), ("SIGILL", "illegal instruction"),
        ("SIGTRAP", "trace trap"), ("SIGABRT", "abort"), ("SIGBUS", "bus error"), ("SIGFPE", "arithmetic error"),
        ("SIGKILL", "kill -9"), ("SIGUSR1", "user signal 1"), ("SIGSEGV", "segmentation fault"), ("SIGUSR2", "user signal 2"),
        ("SIGPIPE", "broken pipe"), ("SIGALRM", "alarm clock"), ("SIGTERM", "asked to end"), ("SIGSTKFLT", "stack fault"),
        ("SIGCHLD", "child ended"), ("SIGCONT", "continued"), ("SIGSTOP", "stopped"), ("SIGTSTP", "stopped at the terminal"),
        ("SIGTTIN", "terminal input"), ("SIGTTOU", "terminal output"), ("SIGURG", "urgent data"), ("SIGXCPU", "processor time limit"),
        ("SIGXFSZ", "file size limit"), ("SIGVTALRM", "virtual alarm clock"), ("SIGPROF", "profiling timer"),
        ("SIGWINCH", "window changed"), ("SIGIO", "input or output possible"), ("SIGPWR", "power failure"), ("SIGSYS", "bad system call"),
    ];

    public static string? Name(int signal) => signal > 0 && signal < Known.Length ? Known[signal].Name : null;

    public static string Describe(int signal) =>
        Name(signal) is { } name ? $"{name} ({Known[signal].Words})" : $"signal {signal}";
}
