using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Streams.Results;
using Streams.Tests.Architecture;

namespace Streams.Tests.Results;

/// <summary>Names and kinds of files that bad-names.md lists, and what it says becomes of them.</summary>
public sealed partial class BadNameTests : IDisposable
{
    private readonly TempDirectory _root = new();

    public static TheoryData<string, string, string> Rows(string from)
    {
        var rows = new TheoryData<string, string, string>();
        foreach (var line in File.ReadLines(Path.Combine(SourceTree.Root, "tests/Streams.Tests/Results/bad-names.md")))
        {
            var cells = line.Split('|').Select(cell => cell.Trim()).ToArray();
            if (cells.Length == 6 && int.TryParse(cells[1], out _) && (from == "host" ? cells[2] is "host" or "windows" : cells[2] == from))
                rows.Add(cells[2], cells[3], cells[4]);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows), "host")]
    public void Name_from_a_host_becomes_what_the_table_says(string from, string names, string becomes)
    {
        var said = new List<string>();
        using var files = new IncomingFiles(new BlockDirectory(_root.Root, ""), new RecordHealth(_root.Root, said.Add), portable: from == "windows");
        var all = names.Split(", ").Select(Bytes).ToList();
        if (becomes.StartsWith("hostile: ", StringComparison.Ordinal))
        {
            var hostile = Assert.Throws<HostileNameException>(() => all.ForEach(name => Receive(files, name)));
            Assert.Contains(becomes["hostile: ".Length..], hostile.Message, StringComparison.Ordinal);
            Assert.Equal(all.Count - 1, Directory.EnumerateFiles(_root.Root, "*", SearchOption.AllDirectories).Count());
            return;
        }

        var refused = all.Select(name => Receive(files, name)).ToList();
        if (becomes.StartsWith("noted: ", StringComparison.Ordinal))
        {
            Assert.Contains(becomes["noted: ".Length..], refused[0], StringComparison.Ordinal);
            return;
        }

        Assert.All(refused, Assert.Null);
        Assert.Empty(said);
        if (becomes == "kept")
        {
            Assert.Null(files.ChangedNames());
            Assert.All(all, name => Assert.True(File.Exists(Path.Combine(_root["data"], Encoding.UTF8.GetString(name)))));
        }
        else
        {
            var name = Encoding.UTF8.GetString(Bytes(becomes["named ".Length..]));
            Assert.True(File.Exists(Path.Combine(_root["data"], name)));
            Assert.True(JsonDocument.Parse(files.ChangedNames()!).RootElement.TryGetProperty(name, out _));
        }
    }

    [Theory]
    [MemberData(nameof(Rows), "here")]
    public async Task What_a_block_leaves_here_becomes_what_the_table_says(string from, string what, string becomes)
    {
        Assert.Equal("here", from);
        await using var test = new TestRecord();
        var block = test.Record.AddStream("a", "local").BlockQueued("Block");
        var data = Directory.CreateDirectory(block.DataPath).FullName;
        using (Leave(data, what))
        {
            block.Finished(TestRecord.Passed);
            await test.Record.DisposeAsync().AsTask().DefaultTimeout();
        }

        Assert.False(test.Record.IsPartial);
        var result = JsonDocument.Parse(File.ReadAllBytes(test["streams/a/1-Block/result.json"])).RootElement;
        if (becomes == "listed")
            Assert.Equal(["x"], result.GetProperty("data").EnumerateArray().Select(name => name.GetString()));
        else
            Assert.Contains(becomes["noted: ".Length..], Assert.Single(result.GetProperty("dataNotes").EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    public void Dispose() => _root.Dispose();

    private static string? Receive(IncomingFiles files, byte[] name)
    {
        var (file, refused) = files.Accept(name, 0, 1, last: true);
        return refused ?? files.Write(file, "x"u8.ToArray(), last: true, SHA256.HashData("x"u8));
    }

    /// <summary>Leaves one thing named x; disposing of the answer takes away what would be in the way of cleaning up.</summary>
    private Socket? Leave(string data, string what)
    {
        var x = Path.Combine(data, "x");
        if (what.StartsWith("a link to ", StringComparison.Ordinal))
            File.CreateSymbolicLink(x, what["a link to ".Length..]);
        else
            return Make(x, what);
        return null;
    }

    private Socket? Make(string x, string what)
    {
        switch (what)
        {
            case "a directory 40 levels deep":
                Directory.CreateDirectory(Path.Combine([x, .. Enumerable.Repeat("d", 39)]));
                return null;
            case "a hard link to a file outside":
                File.WriteAllText(_root["outside"], "outside");
                Run("ln", _root["outside"], x);
                return null;
            case "a FIFO":
                Run("mkfifo", x);
                return null;
            case "a socket":
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                // Their addresses are short; where one lies can be changed.
                socket.Bind(new UnixDomainSocketEndPoint(_root["s"]));
                File.Move(_root["s"], x);
                return socket;
            case "a sparse file of 1 TB":
                Run("truncate", "-s", "1T", x);
                return null;
            case "a file of mode 000":
                File.WriteAllText(x, "");
                Run("chmod", "000", x);
                return null;
            case "a file with the set-user-id bit":
                File.WriteAllText(x, "");
                Run("chmod", "4700", x);
                return null;
            default:
                throw new ArgumentException($"bad-names.md has '{what}', which nobody here can make", nameof(what));
        }
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(command, arguments);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, process.ExitCode);
    }

    private static byte[] Bytes(string cell)
    {
        cell = Repeat().Replace(cell, match => string.Concat(Enumerable.Repeat(match.Groups[1].Value, int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))));
        cell = Character().Replace(cell, match => char.ConvertFromUtf32(Convert.ToInt32(match.Groups[1].Value, 16)));
        var bytes = new List<byte>();
        for (var i = 0; i < cell.Length; i++)
        {
            if (cell[i] == '\\' && cell[i + 1] == 'x')
            {
                bytes.Add(Convert.ToByte(cell.Substring(i + 2, 2), 16));
                i += 3;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(cell[i].ToString()));
            }
        }

        return [.. bytes];
    }

    [GeneratedRegex(@"\{([^*}]+)\*(\d+)\}")]
    private static partial Regex Repeat();

    [GeneratedRegex(@"\\u\{([0-9a-f]+)\}")]
    private static partial Regex Character();
}
