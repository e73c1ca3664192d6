using System.Runtime.Versioning;
using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Remote;

/// <summary>Files to hosts over ssh, and from them.</summary>
[Collection(SshHostsCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class RemoteTransferTests(SshHosts hosts, ITestOutputHelper output) : IDisposable
{
    private readonly TempDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [NeedsTheory(SshHosts.Needed), InlineData("dotnet"), InlineData("libc")]
    public async Task A_directory_goes_there_and_comes_back_with_its_modes(string kind)
    {
        Directory.CreateDirectory(_files["from/many"]);
        for (var i = 0; i < 5000; i++)
            await File.WriteAllTextAsync(_files[$"from/many/{i}"], $"{i}");
        await File.WriteAllTextAsync(_files["from/tool"], "#!/bin/sh\necho runs\n");
        File.SetUnixFileMode(_files["from/tool"], (UnixFileMode)0b111_101_000);
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Ssh = new SshOptions { ConfigFile = hosts.Bed.SshConfig } });
        var stream = streams.Add(hosts.Bed[kind].Place);
        var there = $"/tmp/{Path.GetFileName(_files.Root.TrimEnd('/'))}/sent";
        var up = await stream.UploadAsync(_files["from"], there).DefaultTimeout();
        var ran = await stream.RunFgAsync($"{there}/tool").DefaultTimeout();
        var down = await stream.DownloadAsync(there, _files["back"]).DefaultTimeout();
        await stream.RunFgAsync($"rm -r {Path.GetDirectoryName(there)}").DefaultTimeout();

        Assert.Equal("runs", ran.StandardOutput.TrimEnd());
        Assert.Equal((5001, 2), (up.Files, up.Directories));
        Assert.Equal(up.ToString(), down.ToString());
        Assert.All(Enumerable.Range(0, 5000), i => Assert.Equal($"{i}", File.ReadAllText(_files[$"back/many/{i}"])));
        Assert.Equal((UnixFileMode)0b111_101_000, File.GetUnixFileMode(_files["back/tool"]));
        await streams.WaitAsync().DefaultTimeout();
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task What_the_host_lacks_is_said_by_name_and_the_stream_goes_on()
    {
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Ssh = new SshOptions { ConfigFile = hosts.Bed.SshConfig } });
        var stream = streams.Add(hosts.Bed["dotnet"].Place, "web");
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => stream.DownloadAsync("/no/such/file", _files["to"])).DefaultTimeout();

        Assert.Contains($"failed: cannot read '/no/such/file': No such file or directory", Assert.Single(failure.Failures).Message, StringComparison.Ordinal);
        Assert.Equal(1, await stream.RunFgAsync(() => 1).DefaultTimeout());
    }
}
