// A stream in a place that no built-in connector reaches: behind a Unix socket on which a shell answers.
//
//   socat UNIX-LISTEN:/tmp/shell.sock,fork,mode=600 EXEC:sh &
//   dotnet run --project samples/Connector -- /tmp/shell.sock
using Connector;
using Streams;

if (args is not [var path])
{
    Console.Error.WriteLine("usage: Connector SOCKET");
    return 2;
}

await using var streams = new StreamCollection(Console.WriteLine, new StreamCollectionOptions { Owner = "Connector" });
var stream = streams.Add(StreamHost.From(new UnixSocketConnector(path)), name: "far");
Console.WriteLine(await stream.RunFgAsync(() => $"process {Environment.ProcessId} on {Environment.MachineName}"));
return 0;
