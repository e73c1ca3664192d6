using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Streams.Processes;

namespace Streams.Supervision;

/// <summary>
/// What a worker does before anything else: it ties its life to its supervisor's, and gives the programs that its blocks
/// will start the surroundings that they would have under a plain shell.
/// </summary>
internal static class WorkerStartup
{
    /// <summary>Set by the supervisor, and taken out again here, all of them.</summary>
    public const string ParentVariable = "STREAMS_SUPERVISOR_PID";
    public const string DescriptorsVariable = "STREAMS_OPEN_FILES";
    public const string AdoptVariable = "STREAMS_ADOPT";
    public const string DiagnosticsVariable = "DOTNET_EnableDiagnostics";
    public const string DiagnosticsSetVariable = "STREAMS_DIAGNOSTICS_SET";

    // Set by the script that starts an agent: what it changed for that, and how it was.
    private const string ChangedVariable = "STREAMS_CHANGED";
    private const string WasPrefix = "STREAMS_WAS_";
    private const string UmaskVariable = "STREAMS_UMASK";

    private const int MaxToken = 4096;

    // Held for the life of the process.
    private static AdoptedChildren? _adopted;

    /// <summary>
    /// What this process was started with and then put back for its blocks: the supervisor and the workers of a nested collection
    /// need it as this one did, and put it back themselves.
    /// </summary>
    public static IReadOnlyDictionary<string, string> NeededByPrograms { get; private set; } = new Dictionary<string, string>();

    /// <summary>Ends the zombies of what a block left and its supervisor has ended, so that nobody takes them for alive.</summary>
    public static void ReapLeftovers() => _adopted?.ReapAll();

    /// <summary>Prepares the process and returns the token, the first line of standard input.</summary>
    /// <param name="ownVariables">Variables of the caller's own that the worker's children shall not see.</param>
    /// <exception cref="IOException">Started by hand: there is no token.</exception>
    public static string Prepare(params IEnumerable<string> ownVariables)
    {
        DieWithSupervisor();
        // Under memory pressure the kernel takes the block, not the supervisor, the agent or the login.
        ProcFile.TryWrite("/proc/self/oom_score_adj", "500");
        NativeMethods.SetInheritedDescriptorsCloseOnExec();
        RestoreBrokenPipeSignal();
        if (ulong.TryParse(Environment.GetEnvironmentVariable(DescriptorsVariable), CultureInfo.InvariantCulture, out var files))
            NativeMethods.LimitOpenFiles(files);
        // Orphans of this worker's blocks then are its own, and not taken for those of another worker.
        if (Environment.GetEnvironmentVariable(AdoptVariable) == "1")
            _adopted = AdoptedChildren.TryAdopt(TimeProvider.System);
        var token = ReadToken();
        CloseStandardInput();
        RestoreUmask();
        RestoreVariables();
        RemoveVariables(ownVariables);
        return token;
    }

    private static void DieWithSupervisor()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable(ParentVariable), CultureInfo.InvariantCulture, out var parent))
            return;
        NativeMethods.TryDieWithParent();
        // It may have died before that call; then nobody would ever tell us.
        if (NativeMethods.ParentProcessId() != parent)
            Environment.Exit(1);
    }

    /// <summary>
    /// The runtime ignores SIGPIPE, and a child inherits what is ignored, but not a handler: with a harmless function as
    /// handler children have the default back (<c>yes | head</c> ends), and here writing still gives an exception.
    /// </summary>
    private static void RestoreBrokenPipeSignal()
    {
        if (NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "getpid", out var harmless))
            NativeMethods.SetSignalHandler(NativeMethods.SIGPIPE, harmless);
    }

    private static string ReadToken()
    {
        var line = new byte[MaxToken];
        for (var length = 0; length < line.Length; length++)
        {
            if (NativeMethods.Read(0, line.AsSpan(length, 1)) != 1)
                break;
            if (line[length] == '\n')
                return Encoding.UTF8.GetString(line, 0, length);
        }

        throw new IOException("A worker is started by its supervisor, which gives it a token as the first line of its standard input. There is none.");
    }

    private static void CloseStandardInput()
    {
        var nothing = NativeMethods.Open("/dev/null", NativeMethods.O_RDONLY | NativeMethods.O_CLOEXEC, 0);
        if (nothing <= 0)
            return;
        NativeMethods.Duplicate(nothing, 0);
        _ = NativeMethods.Close(nothing);
    }

    private static void RemoveVariables(IEnumerable<string> ownVariables)
    {
        var names = new List<string>([ParentVariable, DescriptorsVariable, AdoptVariable, DiagnosticsSetVariable, ChangedVariable, UmaskVariable, .. ownVariables]);
        if (Environment.GetEnvironmentVariable(DiagnosticsSetVariable) == "1")
            names.Add(DiagnosticsVariable);
        foreach (var name in names)
            Remove(name);
    }

    private static void RestoreUmask()
    {
        if (Environment.GetEnvironmentVariable(UmaskVariable) is { Length: > 0 and < 6 } mask && mask.All(digit => digit is >= '0' and <= '7'))
            _ = NativeMethods.SetFileModeMask(Convert.ToUInt32(mask, 8));
    }

    /// <summary>What this process needed to start on a bare host is not for the programs that it starts.</summary>
    private static void RestoreVariables()
    {
        if (Environment.GetEnvironmentVariable(ChangedVariable) is not { Length: > 0 } changed)
            return;
        _ = CultureInfo.CurrentCulture.CompareInfo.Name; // the runtime reads one of them when it is first asked for a culture
        var needed = new Dictionary<string, string>(StringComparer.Ordinal) { [ChangedVariable] = changed };
        foreach (var name in changed.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (var variable in (string[])[name, WasPrefix + name])
            {
                if (Environment.GetEnvironmentVariable(variable) is { } value)
                    needed[variable] = value;
            }

            if (Environment.GetEnvironmentVariable(WasPrefix + name) is { } was)
                Environment.SetEnvironmentVariable(name, was);
            else
                Remove(name);
            Remove(WasPrefix + name);
        }

        NeededByPrograms = needed;
    }

    private static void Remove(string name)
    {
        Environment.SetEnvironmentVariable(name, null);
        NativeMethods.UnsetEnvironment(name); // .NET has a copy of its own; native code of a block sees this one
    }
}
