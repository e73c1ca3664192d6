using System.Security.Cryptography;
using System.Text;
using Streams.Results;

namespace Streams.Tests.Results;

public sealed class IncomingFilesTests : IDisposable
{
    private readonly TempDirectory _root = new();
    private readonly List<string> _said = [];

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/etc/x")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a\0b")]
    public void Name_that_no_honest_scan_gives_is_hostile(string name)
    {
        using var files = Files();
        Assert.Throws<HostileNameException>(() => files.Accept(Encoding.UTF8.GetBytes(name), 0, 1, true));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root.Root));
    }

    [Fact]
    public void Longer_than_any_file_system_takes_is_hostile()
    {
        using var files = Files();
        Assert.Throws<HostileNameException>(() => files.Accept(Encoding.UTF8.GetBytes(new string('a', 256)), 0, 1, true));
        Assert.Throws<HostileNameException>(() => files.Accept(Encoding.UTF8.GetBytes(string.Join('/', Enumerable.Repeat("abcd", 1000))), 0, 1, true));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("\u001b[2J")]
    [InlineData("\u202etxt.exe")]
    [InlineData("CON")]
    [InlineData("a.")]
    [InlineData("a:b")]
    [InlineData("-rf")]
    [InlineData("$(id)")]
    [InlineData("~")]
    [InlineData("results.json")]
    [InlineData(".partial/x")]
    [InlineData("..x/y")]
    public void Odd_names_are_kept_as_they_are(string name)
    {
        using var files = Files();
        Receive(files, Encoding.UTF8.GetBytes(name), "content");
        Assert.Equal("content", File.ReadAllText(_root["data/" + name]));
        Assert.Null(files.ChangedNames());
    }

    [Fact]
    public void Name_that_is_no_text_is_kept_under_another_and_its_bytes_are_recorded()
    {
        using var files = Files();
        Receive(files, [(byte)'a', 0xff], "one");
        Receive(files, "a%FF"u8.ToArray(), "two");
        Assert.Equal("one", File.ReadAllText(_root["data/a%FF"]));
        Assert.Equal("two", File.ReadAllText(_root["data/a%FF~2"]));
        Assert.Contains("\"a%FF\": \"hex:61ff\"", Encoding.UTF8.GetString(files.ChangedNames()!), StringComparison.Ordinal);
    }

    [Fact]
    public void Portable_names_are_used_where_the_file_system_needs_them()
    {
        using var files = Files(portable: true);
        Receive(files, "nul.txt"u8.ToArray(), "x");
        Receive(files, "Readme"u8.ToArray(), "x");
        Receive(files, "README"u8.ToArray(), "x");
        Assert.Equal(["README~2", "Readme", "_nul.txt"], Directory.EnumerateFiles(_root["data"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Twice_the_same_file_or_a_file_and_a_directory_of_one_name_is_hostile()
    {
        using var files = Files();
        Receive(files, "a/b"u8.ToArray(), "x");
        Assert.Throws<HostileNameException>(() => files.Accept("a/b"u8, 0, 1, true));
        Assert.Throws<HostileNameException>(() => files.Accept("a"u8, 0, 1, true));
        Assert.Throws<HostileNameException>(() => files.Accept("a/b/c"u8, 0, 1, true));
        Assert.Throws<HostileNameException>(() => files.Accept("c"u8, 5, 1, true));
    }

    [Fact]
    public void File_appears_when_its_digest_fits_and_not_before()
    {
        using var files = Files();
        var (file, refused) = files.Accept("dir/f"u8, 0, 3, false);
        Assert.Null(refused);
        Assert.Null(files.Write(file, "abc"u8.ToArray(), false, []));
        Assert.False(Directory.Exists(_root["data"]));
        files.Accept("dir/f"u8, 3, 3, true);
        Assert.Null(files.Write(file, "def"u8.ToArray(), true, SHA256.HashData("abcdef"u8)));
        Assert.Equal("abcdef", File.ReadAllText(_root["data/dir/f"]));

        (file, _) = files.Accept("bad"u8, 0, 1, true);
        Assert.Contains("digest", files.Write(file, "x"u8.ToArray(), true, new byte[32]), StringComparison.Ordinal);
        Assert.False(File.Exists(_root["data/bad"]));
        (file, _) = files.Accept("unfinished"u8, 0, 1, false);
        files.Write(file, "x"u8.ToArray(), false, []);
        files.Dispose();
        Assert.False(Directory.Exists(_root[".partial"]));
        Assert.Empty(_said);
    }

    [Fact]
    public void Links_in_the_way_are_not_followed()
    {
        Directory.CreateDirectory(_root["outside"]);
        Directory.CreateDirectory(_root["data"]);
        File.WriteAllText(_root["outside/canary"], "canary");
        File.CreateSymbolicLink(_root["data/dir"], _root["outside"]);
        File.CreateSymbolicLink(_root["data/file"], _root["outside/canary"]);
        using var files = Files();
        Receive(files, "dir/x"u8.ToArray(), "evil", "could not be written");
        Receive(files, "file"u8.ToArray(), "evil", "could not be written");
        Assert.Equal("canary", File.ReadAllText(_root["outside/canary"]));
        Assert.Single(Directory.EnumerateFileSystemEntries(_root["outside"]));
        Assert.Single(_said);
    }

    [Fact]
    public void Limits_refuse_what_is_beyond_them_with_the_reason()
    {
        using var files = Files();
        var deep = string.Join('/', Enumerable.Repeat("d", 33));
        Assert.Contains("32", files.Accept(Encoding.UTF8.GetBytes(deep), 0, 1, true).Refused, StringComparison.Ordinal);
        Assert.Contains("1024 MiB", files.Accept("big"u8, 0, int.MaxValue, false).Refused, StringComparison.Ordinal);
    }

    private IncomingFiles Files(bool portable = false) =>
        new(new BlockDirectory(_root.Root, ""), new RecordHealth(_root.Root, _said.Add), portable);

    private static void Receive(IncomingFiles files, byte[] name, string content, string? wrong = null)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var (file, refused) = files.Accept(name, 0, bytes.Length, true);
        Assert.Null(refused);
        var answer = files.Write(file, bytes, true, SHA256.HashData(bytes));
        if (wrong is null)
            Assert.Null(answer);
        else
            Assert.Contains(wrong, answer, StringComparison.Ordinal);
    }
}
