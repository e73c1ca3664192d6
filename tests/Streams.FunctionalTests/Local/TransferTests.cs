using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Streams.FunctionalTests.Local;

/// <summary>Uploads and downloads of streams on this machine: the same rules as over a connection.</summary>
[SupportedOSPlatform("linux")]
public sealed class TransferTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Theory, InlineData("localhost"), InlineData("inproc")]
    public async Task Files_come_between_the_blocks_that_were_given_before_and_after(string host)
    {
        File.WriteAllText(_files["from"], "uploaded");
        var (there, back) = (_files["deep/er/there"], _files["back"]);
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add(host);
        var before = stream.RunBg(() => File.Exists(there));
        var uploading = stream.UploadAsync(_files["from"], there);
        var after = stream.RunBg(() => File.AppendAllText(there, " and changed"));
        var downloading = stream.DownloadAsync(there, back);

        Assert.Equal((1, 8), ((await uploading.DefaultTimeout()).Files, (await uploading).Bytes));
        await downloading.DefaultTimeout();
        Assert.False(await before.ValueAsync().DefaultTimeout());
        Assert.Equal("uploaded and changed", File.ReadAllText(back));
        Assert.Equal(["Upload", "Download"], stream.Results.Where(result => result.Ordinal is 2 or 4).Select(result => result.Name.Split('-')[^1]));
        await streams.WaitAsync().DefaultTimeout();
    }

    [Fact]
    public async Task A_directory_keeps_modes_and_leaves_links_and_devices_out()
    {
        Directory.CreateDirectory(_files["from/empty"]);
        Directory.CreateDirectory(_files["from/closed"]);
        File.WriteAllText(_files["from/closed/tool"], "#!/bin/sh\n");
        File.SetUnixFileMode(_files["from/closed/tool"], (UnixFileMode)0b100_111_101_000); // set-user-id
        File.SetUnixFileMode(_files["from/closed"], (UnixFileMode)0b101_101_101);
        File.CreateSymbolicLink(_files["from/link"], "/etc/passwd");
        Assert.Equal(0, MakeFifo(_files["from/fifo"], 0b110_000_000));
        await using var streams = new StreamCollection(output.WriteLine);
        var done = await streams.Add("localhost").UploadAsync(_files["from"], _files["to"]).DefaultTimeout();

        Assert.Equal((1, 3, 2), (done.Files, done.Directories, done.LeftOutCount));
        Assert.Equal([$"'{_files["from/fifo"]}' is a FIFO", $"'{_files["from/link"]}' is a symbolic link"], done.LeftOut);
        Assert.Equal(["closed", "empty"], Directory.GetFileSystemEntries(_files["to"]).Select(Path.GetFileName).Order());
        Assert.Equal((UnixFileMode)0b111_101_000, File.GetUnixFileMode(_files["to/closed/tool"]));
        Assert.Equal((UnixFileMode)0b101_101_101, File.GetUnixFileMode(_files["to/closed"]));
        var result = Assert.Single(streams[0].Results);
        Assert.Equal(BlockOutcome.Warn, result.Outcome);
        Assert.Contains("2 left out", Assert.Single(result.Warnings), StringComparison.Ordinal);
        foreach (var directory in new[] { "from/closed", "to/closed" })
            File.SetUnixFileMode(_files[directory], (UnixFileMode)0b111_101_101);
    }

    [Fact]
    public async Task Five_thousand_small_files_arrive_and_progress_is_told()
    {
        Directory.CreateDirectory(_files["from"]);
        for (var i = 0; i < 5000; i++)
            File.WriteAllText(_files[$"from/{i}"], $"{i}");
        var progress = new Newest();
        await using var streams = new StreamCollection(output.WriteLine);
        var done = await streams.Add("localhost").UploadAsync(_files["from"], _files["to"], progress).DefaultTimeout();

        Assert.Equal(5000, done.Files);
        Assert.Equal(new TransferProgress(done.Bytes, done.Bytes, 5000, 5000), progress.Value);
        Assert.All(Enumerable.Range(0, 5000), i => Assert.Equal($"{i}", File.ReadAllText(_files[$"to/{i}"])));
    }

    [Theory]
    [InlineData("nosuch", "to", "cannot read '*/nosuch': No such file or directory (errno 2)")]
    [InlineData("file", "directory", "'*/directory' is a directory, and a file is to be written there; name the file in it")]
    [InlineData("file", "file/below", "cannot write '*/file/below': '*/file' is a file")]
    [InlineData("directory", "file", "cannot use the directory '*/file': Not a directory (errno 20)")]
    [InlineData("fifo", "to", "'*/fifo' is a FIFO; only files and directories can be sent")]
    [InlineData("file", "fifo", "'*/fifo' is a FIFO; only files are replaced")]
    [InlineData("directory", "directory/in/itself", "'*/directory/in/itself' lies in '*/directory' itself")]
    public async Task What_is_wrong_is_said(string from, string to, string message)
    {
        Directory.CreateDirectory(_files["directory"]);
        File.WriteAllText(_files["file"], "content");
        Assert.Equal(0, MakeFifo(_files["fifo"], 0b110_000_000));
        await using var streams = new StreamCollection(output.WriteLine);
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.Add("localhost").UploadAsync(_files[from], _files[to])).DefaultTimeout();

        var result = Assert.Single(failure.Failures);
        Assert.Equal(BlockOutcome.Fail, result.Outcome);
        var expected = $"the upload of '{_files[from]}' to '{_files[to]}' on local* failed: {message}; files that were complete stay, an unfinished one is removed";
        Assert.True(System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(expected, result.Message, ignoreCase: false), result.Message);
        Assert.Equal("content", File.ReadAllText(_files["file"]));
        Assert.Empty(Directory.GetFiles(_files.Root, "*.partial", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_relative_path_on_the_host_is_refused()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => streams.Add("localhost").UploadAsync("file", "to"));

        Assert.StartsWith("'to' is not absolute", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_transfer_removes_what_is_unfinished_and_the_stream_goes_on()
    {
        using (var file = File.OpenHandle(_files["from"], FileMode.CreateNew, FileAccess.Write))
            RandomAccess.SetLength(file, 1L << 30);
        using var stop = new CancellationTokenSource();
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.UploadAsync(_files["from"], _files["to"], new Stopping(stop), cancellationToken: stop.Token)).DefaultTimeout();

        Assert.Equal(["from"], Directory.GetFileSystemEntries(_files.Root).Select(Path.GetFileName));
        Assert.Contains("was stopped after", Assert.Single(stream.Results).Message, StringComparison.Ordinal);
        Assert.Equal(1, await stream.RunFgAsync(() => 1).DefaultTimeout());
    }

    [Fact]
    public async Task A_file_of_the_kernel_comes_with_its_content()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        await streams.Add("localhost").DownloadAsync("/proc/cpuinfo", _files["cpuinfo"]).DefaultTimeout();

        Assert.Contains("processor", File.ReadAllText(_files["cpuinfo"]), StringComparison.Ordinal);
    }

    [DllImport("libc", EntryPoint = "mkfifo", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int MakeFifo(string path, uint mode);

    private sealed class Newest : IProgress<TransferProgress>
    {
        public TransferProgress? Value { get; private set; }

        public void Report(TransferProgress value) => Value = value;
    }

    private sealed class Stopping(CancellationTokenSource stop) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            if (value.Bytes > 0)
                stop.Cancel();
        }
    }
}
