using System.Security.Cryptography;
using System.Text;
using Streams.Results;

namespace Streams.Tests.Results;

/// <summary>Results of streams that a block on a host had there: only below the directories that are meant for them.</summary>
public sealed class NestedFilesTests
{
    [Theory]
    [InlineData("streams/a/1-x/result.json")]
    [InlineData("streams~2/events.jsonl")]
    [InlineData("streams~1000/events.jsonl")]
    public async Task A_file_of_the_blocks_own_streams_lands_below_the_block(string name)
    {
        var content = Encoding.UTF8.GetBytes("content");
        await using var record = new TestRecord();
        var block = record.Record.AddStream("server", "db1").BlockQueued("NetServer");

        block.NestedFileChunk(Encoding.UTF8.GetBytes(name), 0, content, last: true, SHA256.HashData(content), null);
        block.Finished(TestRecord.Passed);
        await record.Record.FlushAsync().DefaultTimeout();

        Assert.Equal("content", await File.ReadAllTextAsync(Path.Combine(block.Path, name)));
        Assert.DoesNotContain(Directory.EnumerateDirectories(block.Path), directory => Path.GetFileName(directory).StartsWith('.'));
    }

    [Theory]
    [InlineData("result.json")]
    [InlineData("data/x")]
    [InlineData("streams")]
    [InlineData("streamsx/y")]
    [InlineData("streams~/y")]
    [InlineData("streams~2x/y")]
    [InlineData("streams~12345678901/y")]
    [InlineData("streams/../result.json")]
    [InlineData("streams/../../x")]
    [InlineData("streams//x")]
    [InlineData("/streams/x")]
    [InlineData("")]
    public async Task Any_other_name_is_hostile(string name)
    {
        await using var record = new TestRecord();
        var block = record.Record.AddStream("server", "db1").BlockQueued("NetServer");

        Assert.Throws<HostileNameException>(() => block.NestedFileChunk(Encoding.UTF8.GetBytes(name), 0, [1], last: true, SHA256.HashData([1]), null));
    }
}
