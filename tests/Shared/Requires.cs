namespace Streams.Tests.Shared;

/// <summary>What a test may need from its machine. Missing: skipped with the reason, or failed in CI.</summary>
[Flags]
public enum Needs
{
    None = 0,
    Root = 1,
    Ssh = 2,
    NetworkNamespaces = 4,
    Netcat = 8,
    PythonGrpc = 16,
    Python = 32,
    Compiler = 64,
    Strace = 128,
    Iperf = 256,
    Socat = 1 << 10,
    OddShells = 1 << 11,
}

/// <summary>
/// A fact that needs something of the machine. On a laptop it is skipped with the reason; with
/// STREAMS_TEST_REQUIRE=all, as in CI, it runs and fails.
/// </summary>
public sealed class NeedsFactAttribute : FactAttribute
{
    public NeedsFactAttribute(Needs needs) => Skip = Requirements.WhySkip(needs);
}

/// <summary>The same for a theory.</summary>
public sealed class NeedsTheoryAttribute : TheoryAttribute
{
    public NeedsTheoryAttribute(Needs needs) => Skip = Requirements.WhySkip(needs);
}

internal static class Requirements
{
    public static string? WhySkip(Needs needs)
    {
        if (Environment.GetEnvironmentVariable("STREAMS_TEST_REQUIRE") == "all")
            return null;
        var missing = Missing(needs).ToList();
        return missing.Count == 0 ? null : $"needs {string.Join(", ", missing)}; ./eng/test installs what it can";
    }

    private static IEnumerable<string> Missing(Needs needs)
    {
        if (needs.HasFlag(Needs.Root) && Environment.UserName != "root") yield return "root";
        if (needs.HasFlag(Needs.Ssh) && !(InPath("ssh") && InPath("sshd"))) yield return "OpenSSH client and server";
        if (needs.HasFlag(Needs.NetworkNamespaces) && !(InPath("ip") && InPath("unshare") && InPath("nsenter"))) yield return "iproute2 and util-linux";
        if (needs.HasFlag(Needs.Netcat) && !InPath("nc")) yield return "nc (netcat-openbsd)";
        if (needs.HasFlag(Needs.Python) && !File.Exists("/usr/bin/python3")) yield return "/usr/bin/python3";
        if (needs.HasFlag(Needs.PythonGrpc) && !Directory.Exists("/usr/lib/python3/dist-packages/grpc")) yield return "python3-grpcio";
        if (needs.HasFlag(Needs.Strace) && !InPath("strace")) yield return "strace";
        if (needs.HasFlag(Needs.Compiler) && !InPath("cc")) yield return "a C compiler (gcc)";
        if (needs.HasFlag(Needs.Iperf) && !InPath("iperf3")) yield return "iperf3";
        if (needs.HasFlag(Needs.Socat) && !InPath("socat")) yield return "socat";
        if (needs.HasFlag(Needs.OddShells) && !(InPath("fish") && InPath("tcsh") && InPath("sudo"))) yield return "fish, tcsh and sudo";
    }

    private static bool InPath(string command) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':').Any(directory => File.Exists(Path.Combine(directory, command)));
}
