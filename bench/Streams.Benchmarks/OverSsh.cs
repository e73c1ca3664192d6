using System.Diagnostics;

namespace Streams.Benchmarks;

/// <summary>The host that the figures over ssh are measured with.</summary>
internal sealed record SshTarget(string Host, string? Config)
{
    public StreamCollectionOptions Options => Bench.Options with { Ssh = new SshOptions { ConfigFile = Config } };

    public string[] Command(params string[] remote) => Config is null ? ["ssh", Host, .. remote] : ["ssh", "-F", Config, Host, .. remote];
}

/// <summary>
/// From nothing to the first block's result on a host that has the files already. Connections are shared by all collections of
/// a process, so the idle one is closed before each round.
/// </summary>
internal static class ConnectToFirstBlock
{
    public static async Task<Figure> MeasureAsync(SshTarget ssh, int rounds)
    {
        await OnceAsync(ssh);
        List<double> ours = [], limit = [];
        for (var round = 0; round < rounds; round++)
        {
            var trueCommand = ssh.Command("true");
            limit.Add(Benchmarks.Command.Time(trueCommand[0], trueCommand[1..]));
            ours.Add(await OnceAsync(ssh));
        }

        return new Figure("connect to first block over ssh, files there", "ssh host true", 2, ours, limit);
    }

    private static async Task<double> OnceAsync(SshTarget ssh)
    {
        await Execution.ProcessScope.CloseIdleAsync();
        var start = Stopwatch.GetTimestamp();
        await using var streams = new StreamCollection(options: ssh.Options);
        await streams.Add(ssh.Host).RunFgAsync(static () => 1);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}

/// <summary>A block that does nothing, on a warm stream over ssh.</summary>
internal static class WarmRemoteBlock
{
    private const int Warm = 1000;
    private const int PerRound = 1000;

    public static async Task<Figure> MeasureAsync(Limits limits, SshTarget ssh, int rounds)
    {
        await using var streams = new StreamCollection(options: ssh.Options);
        var stream = streams.Add(ssh.Host);
        for (var index = 0; index < Warm; index++)
            await stream.RunFgAsync(static () => { });

        List<double> ours = [], limit = [];
        for (var round = 0; round < rounds; round++)
        {
            limit.AddRange(limits.RoundTrips(PerRound, ssh.Command("cat")));
            ours.AddRange(await Bench.TimeAsync(PerRound, () => stream.RunFgAsync(static () => { })));
        }

        return new Figure("warm no-op block over ssh", "one byte through ssh host cat", 1.5, ours, limit);
    }
}
