// A party by hand: each line of standard input is done in turn, and answered by one line.
//   STREAMS_SYNC=tcp:127.0.0.1:4711 STREAMS_SYNC_TOKEN=... dotnet run --project samples/ManualSync/Client alice
//   barrier setup 2      put colour blue      get colour
using Streams.Sync;

await using var client = new SyncClient(new SyncClientOptions
{
    Address = Environment.GetEnvironmentVariable("STREAMS_SYNC") ?? throw new InvalidOperationException("STREAMS_SYNC is not set"),
    Token = Environment.GetEnvironmentVariable("STREAMS_SYNC_TOKEN"),
    Party = args[0],
});
while (await Console.In.ReadLineAsync() is { } line)
{
    try
    {
        Console.WriteLine(await DoAsync(client, line.Split(' ')));
    }
    catch (SyncException e)
    {
        Console.WriteLine(e.Message.ReplaceLineEndings(" | "));
    }
}

static async Task<string> DoAsync(SyncClient client, string[] words)
{
    switch (words)
    {
        case ["barrier", var name, var count]:
            await client.BarrierAsync(name, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture));
            return "go";
        case ["put", var key, var value]:
            await client.PutAsync(key, value);
            return "ok";
        case ["get", var key]:
            return await client.GetAsync<string>(key);
        default:
            return "barrier NAME COUNT, put KEY VALUE, get KEY";
    }
}
