// A sync server by hand: prints where it listens and its token, and serves until its standard input ends.
//   dotnet run --project samples/ManualSync/Server [unix-socket-path]
using Streams.Sync;

await using var server = await SyncServer.StartAsync(new SyncServerOptions
{
    UnixSocketPath = args.Length > 0 ? Path.GetFullPath(args[0]) : null,
    RoundEnded = round => Console.WriteLine(
        round.Cause is null ? $"{round.Barrier} passed with {round.Waits.Count}" : round.Report),
});
Console.WriteLine($"STREAMS_SYNC={server.Address}");
Console.WriteLine($"STREAMS_SYNC_TOKEN={server.Token}");
while (await Console.In.ReadLineAsync() is { } line)
{
    if (line == "list")
        Console.WriteLine(string.Join('\n', server.List()));
}
