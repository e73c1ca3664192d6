// Two streams measure how fast one sends to the other over TCP: on this machine, or on two hosts over ssh.
//
//   dotnet run --project samples/Throughput
//   dotnet run --project samples/Throughput -- --hosts server-host,client-host [--ssh-config FILE] [--seconds 3] [--connections 4]
using Streams;
using Throughput;

var settings = Settings.Parse(args);
if (settings is null)
{
    Console.Error.WriteLine("usage: Throughput [--hosts SERVER,CLIENT] [--ssh-config FILE] [--seconds N] [--connections N]");
    return 2;
}

var (serverHost, clientHost, connections, seconds) = (settings.ServerHost, settings.ClientHost, settings.Connections, settings.Seconds);
var streams = new StreamCollection(
    Console.WriteLine,
    new StreamCollectionOptions { Owner = "Throughput", Ssh = new SshOptions { ConfigFile = settings.SshConfig } });
Figures? figures = null;
try
{
    await using (streams)
    {
        var server = streams.Add(serverHost, name: "server");
        var client = streams.Add(clientHost, name: "client");
        var remote = !server.Host.IsLocal;

        server.RunBg(block => Measure.ReceiveAsync(block, connections, remote), new BlockOptions { Name = "Receive" });
        var sent = client.RunBg(block => Measure.SendAsync(block, connections, TimeSpan.FromSeconds(seconds)), new BlockOptions { Name = "Send" });
        await streams.WaitAsync();
        figures = await sent.ValueAsync();
    }
}
catch (BlockFailedException failure)
{
    Console.Error.WriteLine(failure.Message);
}

Console.WriteLine();
Console.WriteLine(ResultsTree.Render(streams.ResultsDirectory));
Console.WriteLine();
Console.WriteLine(streams.RenderTimeline());
if (figures is null)
    return 1;
Console.WriteLine();
Console.WriteLine(figures);
return 0;
