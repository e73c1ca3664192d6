using System.Runtime.Versioning;
using System.Text;
using Google.Protobuf;
using Streams.Transfers;
using Streams.Wire;

namespace Streams.Tests.Transfers;

/// <summary>What a host sends stays below the target, whatever it is called and whatever stands there.</summary>
[SupportedOSPlatform("linux")]
public sealed class HostileSenderTests : IDisposable
{
    private readonly TempDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("../outside")]
    [InlineData("a/../../outside")]
    [InlineData("/outside")]
    [InlineData("a//b")]
    [InlineData(".")]
    [InlineData("a/")]
    [InlineData("nul\0name")]
    public void A_name_that_leads_elsewhere_is_refused(string name)
    {
        using var target = NewDirectory();
        var refused = Assert.Throws<TransferException>(() => target.Receive([Entry(name, size: 0)]));

        Assert.StartsWith("the other side sent", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["target"], Names(_files.Root));
    }

    [Fact]
    public void A_link_in_the_target_is_not_followed()
    {
        Directory.CreateDirectory(_files["elsewhere"]);
        Directory.CreateDirectory(_files["target"]);
        File.CreateSymbolicLink(_files["target/link"], _files["elsewhere"]);
        using var target = NewDirectory();
        var refused = Assert.Throws<TransferException>(() => target.Receive([Entry("link/file", size: 0)]));

        Assert.Contains("cannot enter", refused.Message, StringComparison.Ordinal);
        Assert.Throws<TransferException>(() => target.Receive([new TransferItem { Entry = new TransferEntry { Name = ByteString.CopyFromUtf8("link"), Directory = true } }]));
        Assert.Empty(Names(_files["elsewhere"]));
    }

    [Fact]
    public void A_link_with_a_files_name_is_replaced_and_its_target_left_alone()
    {
        File.WriteAllText(_files["victim"], "as it was");
        File.CreateSymbolicLink(_files["file"], _files["victim"]);
        using var target = new TransferTarget(_files["file"]);
        target.Receive([Entry("", size: 3), Data("new"), Digest("new")]);
        target.Finish();

        Assert.Equal(("new", "as it was"), (File.ReadAllText(_files["file"]), File.ReadAllText(_files["victim"])));
        Assert.Null(new FileInfo(_files["file"]).LinkTarget);
    }

    [Fact]
    public void Content_that_is_not_what_its_digest_says_never_gets_the_files_name()
    {
        using (var target = new TransferTarget(_files["file"]))
        {
            target.Receive([Entry("", size: 3), Data("new")]);
            Assert.EndsWith(".partial", Assert.Single(Names(_files.Root)), StringComparison.Ordinal);
            var refused = Assert.Throws<TransferException>(() => target.Receive([Digest("old")]));
            Assert.Contains("is not what was sent", refused.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Names(_files.Root));
    }

    [Fact]
    public void More_content_than_announced_is_refused()
    {
        using var target = NewDirectory();
        var refused = Assert.Throws<TransferException>(() => target.Receive([Entry("file", size: 2), Data("new")]));

        Assert.Contains("more was sent", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_is_free_is_refused_before_anything_is_written()
    {
        using var target = new TransferTarget(_files["file"]);
        var free = new DriveInfo(_files.Root).AvailableFreeSpace;
        if (free >= TransferLimits.MostBytes)
            return;
        var refused = Assert.Throws<TransferException>(() => target.Receive([new TransferItem { Totals = new TransferTotals { Files = 1, Bytes = TransferLimits.MostBytes } }]));

        Assert.StartsWith($"no space left for '{_files["file"]}'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_user_id_is_never_given()
    {
        using var target = new TransferTarget(_files["file"]);
        var entry = Entry("", size: 0);
        entry.Entry.Mode = 0b110_111_101_101;
        target.Receive([entry, Digest("")]);
        target.Finish();

        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(_files["file"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Content_of_no_file_is_refused(bool data)
    {
        using var target = NewDirectory();

        Assert.Throws<TransferException>(() => target.Receive([data ? Data("x") : Digest("x")]));
    }

    private static IEnumerable<string> Names(string directory) => Directory.GetFileSystemEntries(directory).Select(path => Path.GetFileName(path)!);

    private static TransferItem Entry(string name, long size) => new() { Entry = new TransferEntry { Name = ByteString.CopyFromUtf8(name), Mode = 0b110_000_000, Size = size } };

    private static TransferItem Data(string content) => new() { Data = ByteString.CopyFromUtf8(content) };

    private static TransferItem Digest(string content)
    {
        var digest = new Sha256();
        digest.Append(Encoding.UTF8.GetBytes(content));
        return new TransferItem { Sha256 = ByteString.CopyFrom(digest.Finish()) };
    }

    private TransferTarget NewDirectory()
    {
        var target = new TransferTarget(_files["target"]);
        target.Receive([new TransferItem { Entry = new TransferEntry { Directory = true, Mode = 0b111_000_000 } }]);
        return target;
    }
}
