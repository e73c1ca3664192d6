// Each figure beside its limit, measured in the same run on the same machine, in interleaved rounds.
//
//   dotnet run -c Release --project bench/Streams.Benchmarks                       the local figures
//   dotnet run -c Release --project bench/Streams.Benchmarks -- --host h1 [--ssh-config FILE]    and those over ssh
//
// ./eng/bench brings up a host of its own for it.
using Streams.Benchmarks;

var host = Option("--host");
var sshConfig = Option("--ssh-config");
var rounds = int.TryParse(Option("--rounds"), out var wanted) ? wanted : 5;

using var limits = Limits.Build();
var table = new Table(Console.Out);
table.Add(await WarmLocalBlock.MeasureAsync(limits, rounds));
table.Add(await WarmLocalBlock.BesidePythonAsync(rounds));
table.Add(await NewLocalStream.MeasureAsync(rounds * 2, spare: false));
table.Add(await NewLocalStream.MeasureAsync(rounds * 2, spare: true));
table.Add(await NewLocalStream.BesidePythonAsync(rounds * 2));
foreach (var count in (int[])[1, 8, 64])
    table.Say(await ManyStreams.BlocksPerSecondAsync(count));
table.Say(await ManyStreams.AtOnceAsync(100));
if (host is not null)
{
    var ssh = new SshTarget(host, sshConfig);
    table.Add(await ConnectToFirstBlock.MeasureAsync(ssh, rounds));
    table.Add(await WarmRemoteBlock.MeasureAsync(limits, ssh, rounds));
    foreach (var figure in await FilesOverSsh.MeasureAsync(ssh, rounds))
        table.Add(figure);
}

Directory.Delete(Bench.Options.ResultsRoot!, recursive: true);
return 0;

string? Option(string name)
{
    var index = Array.IndexOf(args, name);
    return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
}
