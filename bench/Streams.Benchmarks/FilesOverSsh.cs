using System.Diagnostics;

namespace Streams.Benchmarks;

/// <summary>Files from a host to this machine, beside scp and a tar through ssh: one of 256 MiB, and 5,000 of 4 KiB.</summary>
internal static class FilesOverSsh
{
    private const string Large = "head -c 268435456 /dev/urandom > $0/large";
    private const string Small = "mkdir $0/small && cd $0/small && head -c 20480000 /dev/urandom | split -a 4 -b 4096";

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(SshTarget ssh, int rounds)
    {
        var here = Directory.CreateTempSubdirectory("streams-bench-").FullName;
        var there = $"/tmp/{Path.GetFileName(here)}-host";
        await using var streams = new StreamCollection(options: ssh.Options);
        var stream = streams.Add(ssh.Host);
        await stream.RunFgAsync($"mkdir {there}");
        try
        {
            await stream.RunFgAsync($"sh -c {Large} {there}");
            await stream.RunFgAsync($"sh -c {Small} {there}");
            return [.. await BesideAsync(ssh, stream, $"{there}/large", here, rounds), .. await BesideAsync(ssh, stream, $"{there}/small", here, rounds)];
        }
        finally
        {
            await stream.RunFgAsync($"rm -r {there}");
            Directory.Delete(here, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<Figure>> BesideAsync(SshTarget ssh, ExecutionStream stream, string from, string here, int rounds)
    {
        List<double> ours = [], scp = [], tar = [];
        for (var round = 0; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            await stream.DownloadAsync(from, Path.Combine(here, $"ours-{round}"));
            ours.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            string[] config = ssh.Config is null ? [] : ["-F", ssh.Config];
            scp.Add(Command.Time("scp", ["-q", "-r", .. config, $"{ssh.Host}:{from}", Path.Combine(here, $"scp-{round}")]));
            Directory.CreateDirectory(Path.Combine(here, $"tar-{round}"));
            // The shell is given every word as an argument of its own.
            tar.Add(Command.Time("sh", ["-c", "cd \"$1\" && shift && \"$@\" | tar -xf -", "sh", Path.Combine(here, $"tar-{round}"), .. ssh.Command("tar", "-C", Path.GetDirectoryName(from)!, "-cf", "-", Path.GetFileName(from))]));
            foreach (var name in (string[])["ours", "scp", "tar"])
                Command.Run("rm", "-r", Path.Combine(here, $"{name}-{round}"));
        }

        var what = from.EndsWith("large", StringComparison.Ordinal) ? "256 MiB" : "5,000 x 4 KiB";
        return [new Figure($"{what} from a host", "scp -r", 1.2, ours, scp), new Figure($"{what} from a host", "tar through ssh", 1.2, ours, tar)];
    }
}
