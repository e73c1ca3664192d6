using System.Globalization;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Streams.Sync.Tests;

/// <summary>Sends what bad-inputs.md lists and compares with its expected column.</summary>
public sealed partial class BadInputTests(ITestOutputHelper output)
{
    private static readonly SyncServerOptions Impatient = new() { HelloTimeout = TimeSpan.FromSeconds(1), LineTimeout = TimeSpan.FromSeconds(1) };

    public static TheoryData<int, string, string, string, string> Rows()
    {
        var rows = new TheoryData<int, string, string, string, string>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "bad-inputs.md")))
        {
            var cells = line.Split('|');
            if (cells.Length == 7 && int.TryParse(cells[1], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number))
                rows.Add(number, cells[2].Trim(), cells[3][1..^(cells[3].Length > 1 ? 1 : 0)], cells[4].Trim(), cells[5].Trim());
        }
        return rows;
    }

    [Fact]
    public void Table_has_all_rows() =>
        Assert.Equal(Enumerable.Range(40, 21), Rows().Select(row => (int)row[0]).Distinct().Order());

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Bad_input_gets_its_answer(int number, string before, string line, string answer, string then)
    {
        await using var server = await SyncServer.StartAsync(Impatient);
        if (number is 59 or 60)
        {
            await (number == 59 ? FullRoomAsync(server, answer) : HalfCloseAsync(server, answer));
            return;
        }
        await using var other = await RawClient.GreetAsync(server, "other");
        await using var me = before == "raw" ? await ConnectAsync(server) : await RawClient.GreetAsync(server, "me");
        foreach (var step in before is "raw" or "" ? [] : before.Split("; "))
        {
            var client = step.StartsWith("other: ", StringComparison.Ordinal) ? other : me;
            await client.SendAsync(Bytes(step[(step.IndexOf(": ", StringComparison.Ordinal) + 2)..] + "⏎"));
            await client.ReadLineAsync();
        }
        await me.SendAsync(Bytes(line));
        var said = answer.Length > 0 ? await me.ReadLineAsync() : null;
        output.WriteLine($"{number} {line} -> {said}");
        AssertAnswer(answer, said ?? "");
        if (then == "closed")
        {
            Assert.Null(await me.ReadLineAsync());
        }
        else
        {
            await me.SendAsync("PING still-open\n");
            Assert.Equal("PONG still-open", await me.ReadLineAsync());
        }
        await other.SendAsync("PING unharmed\n");
        string? last;
        do
            last = await other.ReadLineAsync();
        while (last is not null and not "PONG unharmed");
        Assert.Equal("PONG unharmed", last);
    }

    private static async Task<RawClient> ConnectAsync(SyncServer server)
    {
        var client = await RawClient.ConnectAsync(server.Address);
        Assert.StartsWith("STREAMS-SYNC 1 ", await client.ReadLineAsync());
        return client;
    }

    // The oldest silent one is pushed out, and a good one gets in.
    private static async Task FullRoomAsync(SyncServer server, string answer)
    {
        await using var patient = await SyncServer.StartAsync();
        await using var oldest = await ConnectAsync(patient);
        var silent = new List<RawClient>();
        for (var i = 0; i < 256; i++)
            silent.Add(await ConnectAsync(patient));
        AssertAnswer(answer, await oldest.ReadLineAsync() ?? "");
        Assert.Null(await oldest.ReadLineAsync());
        await using var good = await RawClient.GreetAsync(patient, "good");
        foreach (var client in silent)
            await client.DisposeAsync();

        await using var small = await SyncServer.StartAsync(new SyncServerOptions { MaxConnections = 1 });
        await using var first = await RawClient.GreetAsync(small, "first");
        await using var second = await ConnectAsync(small);
        await second.SendAsync($"HELLO 1 second token={small.Token}\n");
        AssertAnswer(answer, await second.ReadLineAsync() ?? "");
        Assert.Null(await second.ReadLineAsync());
        await first.SendAsync("PING unharmed\n");
        Assert.Equal("PONG unharmed", await first.ReadLineAsync());
    }

    private static async Task HalfCloseAsync(SyncServer server, string answers)
    {
        await using var me = await RawClient.GreetAsync(server, "me");
        await me.SendAsync("ENTER x 2 60 a\n");
        me.EndSending();
        var expected = answers.Split(", ");
        Assert.Equal(expected[0], await me.ReadLineAsync());
        Assert.Equal(expected[1], await me.ReadLineAsync());
        await using var other = await RawClient.GreetAsync(server, "other");
        await other.SendAsync("ENTER x 2 60 o\n");
        Assert.Equal(expected[2], await me.ReadLineAsync());
        Assert.Null(await me.ReadLineAsync());
    }

    private static void AssertAnswer(string expected, string said)
    {
        if (expected.EndsWith('…'))
            Assert.StartsWith(expected[..^1].TrimEnd(), said);
        else
            Assert.Equal(expected, said);
    }

    private static string Bytes(string cell)
    {
        cell = Repeat().Replace(cell, match => new string(match.Groups[1].Value[0], int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)));
        cell = Escape().Replace(cell, match => ((char)Convert.ToInt32(match.Groups[1].Value, 16)).ToString());
        return cell.Replace('⏎', '\n');
    }

    [GeneratedRegex(@"\{(.)\*(\d+)\}")]
    private static partial Regex Repeat();

    [GeneratedRegex(@"\\x([0-9a-f]{2})")]
    private static partial Regex Escape();
}
