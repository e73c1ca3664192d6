using System.Security.Cryptography;
using Streams.Remoting;
using Streams.Transfers;
using Streams.Wire;

namespace Streams.Agent.Tests;

/// <summary>Files over a link that is cut while they are under way: they go on where they were.</summary>
public sealed class TransferCutTests : IDisposable
{
    private const int Size = 24 * 1024 * 1024;

    private readonly TempDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(true, Cut.Reset)]
    [InlineData(false, Cut.Reset)]
    [InlineData(true, Cut.Silence)]
    [InlineData(false, Cut.Silence)]
    public async Task A_cut_link_comes_back_and_the_file_goes_on_where_it_was(bool upload, Cut how)
    {
        await using var agent = RunningAgent.Start();
        // A third of the lease in silence is a lost link.
        await using var connection = await agent.OpenAsync(TimeSpan.FromSeconds(8), reconnects: true).DefaultTimeout();
        var (from, to) = (_files["from"], _files["to"]);
        await File.WriteAllBytesAsync(from, RandomNumberGenerator.GetBytes(Size));
        var cuts = new List<long>();
        var reported = new List<TransferProgress>();
        var transfer = new FileTransfer { Upload = upload, Local = upload ? from : to, Remote = upload ? to : from };
        var done = await new AgentTransfer(connection).RunAsync(transfer, Report, default).DefaultTimeout();

        Assert.Equal((1, Size), (done.Files, done.Bytes));
        Assert.Equal(SHA256.HashData(await File.ReadAllBytesAsync(from)), SHA256.HashData(await File.ReadAllBytesAsync(to)));
        Assert.Equal(2, cuts.Count);
        Assert.True(agent.Connector.Count >= 2);
        // What was confirmed is not sent again.
        Assert.Equal(reported.Select(progress => progress.Bytes).Order(), reported.Select(progress => progress.Bytes));
        Assert.All(reported.Where(progress => progress.Bytes > 0), progress => Assert.Equal(Size, progress.TotalBytes));
        Assert.Empty(Directory.GetFiles(_files.Root, "*.partial"));

        void Report(TransferProgress progress)
        {
            reported.Add(progress);
            if (cuts.Count < 2 && progress.Bytes > (cuts.Count + 1) * (Size / 3))
            {
                cuts.Add(progress.Bytes);
                agent.Connector.Newest.Cut(how);
            }
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_directory_of_small_files_survives_a_cut(bool upload)
    {
        await using var agent = RunningAgent.Start();
        await using var connection = await agent.OpenAsync(TimeSpan.FromSeconds(20), reconnects: true).DefaultTimeout();
        var (from, to) = (_files["from"], _files["to"]);
        for (var i = 0; i < 2000; i++)
        {
            var directory = Path.Combine(from, $"d{i % 7}", i % 2 == 0 ? "even" : "odd-");
            Directory.CreateDirectory(directory);
            await File.WriteAllBytesAsync(Path.Combine(directory, $"{i}"), RandomNumberGenerator.GetBytes(4096));
        }

        var cut = false;
        var transfer = new FileTransfer { Upload = upload, Local = upload ? from : to, Remote = upload ? to : from };
        var done = await new AgentTransfer(connection).RunAsync(transfer, Report, default).DefaultTimeout();

        Assert.True(cut);
        Assert.Equal((2000, 2000 * 4096), (done.Files, done.Bytes));
        Assert.Equal(Content(from), Content(to));

        void Report(TransferProgress progress)
        {
            if (cut || progress.Files < 700)
                return;
            cut = true;
            agent.Connector.Newest.Cut(Cut.Reset);
        }
    }

    [Fact]
    public async Task An_upload_that_is_stopped_leaves_nothing_unfinished_on_the_host()
    {
        await using var agent = RunningAgent.Start();
        await using var connection = await agent.OpenAsync().DefaultTimeout();
        Directory.CreateDirectory(_files["host"]);
        await File.WriteAllBytesAsync(_files["from"], new byte[Size]);
        using var stop = new CancellationTokenSource();
        var transfer = new FileTransfer { Upload = true, Local = _files["from"], Remote = _files["host/to"] };
        var running = new AgentTransfer(connection).RunAsync(transfer, Report, stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running).DefaultTimeout();

        Assert.Empty(Directory.GetFileSystemEntries(_files["host"]));

        void Report(TransferProgress progress)
        {
            if (progress.Bytes > 0)
                stop.Cancel();
        }
    }

    [Fact]
    public async Task An_upload_whose_controller_goes_is_removed_with_the_run()
    {
        Directory.CreateDirectory(_files["host"]);
        await File.WriteAllBytesAsync(_files["from"], new byte[Size]);
        await using var agent = RunningAgent.Start();
        var connection = await agent.OpenAsync().DefaultTimeout();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var hold = new SemaphoreSlim(0);
        var transfer = new FileTransfer { Upload = true, Local = _files["from"], Remote = _files["host/to"] };
        var running = Task.Run(() => new AgentTransfer(connection).RunAsync(transfer, Report, default));
        await reached.Task.DefaultTimeout();
        Assert.EndsWith(".partial", Assert.Single(Directory.GetFiles(_files["host"])), StringComparison.Ordinal);
        var closing = connection.DisposeAsync();
        hold.Release();
        await closing;
        await Assert.ThrowsAsync<StreamsException>(() => running).DefaultTimeout();
        await agent.ExitAsync();

        Assert.Empty(Directory.GetFileSystemEntries(_files["host"]));

        void Report(TransferProgress progress)
        {
            if (progress.Bytes == 0)
                return;
            reached.TrySetResult();
            hold.Wait();
            hold.Release();
        }
    }

    [Fact]
    public async Task A_stranger_gets_no_file()
    {
        await using var agent = RunningAgent.Start();
        await using var connection = await agent.OpenAsync().DefaultTimeout();
        using var client = await agent.OverSocketAsync();
        await using var call = client.Open("/streams.v1.Agent/Transfer", TransferPart.Parser, null, default);
        await call.WriteAsync(new TransferPart { Begin = new TransferBegin { Run = new string('a', 32), Token = new string('b', 32), Connection = 1, Id = "x", Path = "/etc/hostname" } });

        Assert.Equal(GrpcStatusCode.PermissionDenied, (await Assert.ThrowsAsync<GrpcException>(() => call.ReadAsync()).DefaultTimeout()).Status);
    }

    [Theory]
    [InlineData(true, "/nosuch/from", "to", "cannot read '/nosuch/from': No such file or directory")]
    [InlineData(false, "to", "/nosuch/from", "cannot read '/nosuch/from': No such file or directory")]
    public async Task What_is_missing_is_named(bool upload, string local, string remote, string message)
    {
        await using var agent = RunningAgent.Start();
        await using var connection = await agent.OpenAsync().DefaultTimeout();
        var transfer = new FileTransfer { Upload = upload, Local = Path.Combine(_files.Root, local), Remote = Path.Combine(_files.Root, remote) };
        var failure = await Assert.ThrowsAsync<TransferException>(() => new AgentTransfer(connection).RunAsync(transfer, _ => { }, default)).DefaultTimeout();

        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
    }

    private static List<string> Content(string root) =>
        [.. Directory.GetFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => $"{Path.GetRelativePath(root, file)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}")];
}
