using System.Diagnostics;
using System.Globalization;
using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Remote;

/// <summary>Cuts this process's connections to the one host of a bed of its own.</summary>
internal static class LinkCutter
{
    public static async Task CutAsync(Bed bed, LinkCut kind, TimeSpan silence)
    {
        var host = bed["dotnet"];
        switch (kind)
        {
            case LinkCut.SshKilled:
                KillSsh(host);
                break;
            case LinkCut.Reset:
                await DetachedAsync(bed, string.Create(CultureInfo.InvariantCulture, $"ss -K state established sport = :{host.Port}"));
                break;
            case LinkCut.SshdKilled:
                await DetachedAsync(bed, "pkill -9 -f '^sshd: root@notty'");
                break;
            case LinkCut.Silence:
                await DetachedAsync(bed, string.Create(CultureInfo.InvariantCulture, $"ip link set eth0 down; sleep {silence.TotalSeconds}; ip link set eth0 up"));
                break;
        }
    }

    /// <summary>The script goes on by itself: its own connection is cut with the others.</summary>
    private static async Task DetachedAsync(Bed bed, string script) =>
        await bed.RunAsync(bed["dotnet"], $"setsid sh -c \"sleep 0.1; {script}\" </dev/null >/dev/null 2>&1 & exit 0");

    /// <summary>Those of this test process to this host.</summary>
    private static void KillSsh(BedHost host)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                var words = File.ReadAllText(directory + "/cmdline").Split('\0');
                var parent = File.ReadAllText(directory + "/stat").Split(") ")[1].Split(' ')[1];
                if (Path.GetFileName(words[0]) != "ssh" || !words.Contains(host.Address) || parent != Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
                    continue;
                using var ssh = Process.GetProcessById(int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture));
                ssh.Kill();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
            {
                // It has ended already.
            }
        }
    }
}
