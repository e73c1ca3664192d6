using System.Globalization;
using Streams.Blocks;
using Streams.Remoting;
using Streams.Wire;

namespace Streams.Agent.Tests.Peers;

/// <summary>Meets what hostile-peers.md lists, with the controller's own code, and compares with its last two columns.</summary>
[Collection("peers")] // one after another: a short lease wants a processor
public sealed class HostilePeerTests(ITestOutputHelper output)
{
    public static TheoryData<int, string, string, string> Rows()
    {
        var rows = new TheoryData<int, string, string, string>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "hostile-peers.md")))
        {
            var cells = line.Split('|').Select(cell => cell.Trim()).ToList();
            if (cells.Count == 6 && int.TryParse(cells[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                rows.Add(number, cells[2], cells[3], cells[4]);
        }

        return rows;
    }

    [Fact]
    public void Table_has_all_that_is_tried()
    {
        Assert.Equal(Attacks.AtStart.Keys.Concat(Attacks.AtWork.Keys).Append("another agent's name after a lost link").Order(), Rows().Select(row => (string)row[1]).Order());
        // Of 82, a digest that does not fit is in IncomingFilesTests: the content of files goes there unread.
        Assert.Equal(Enumerable.Range(76, 10), Rows().Select(row => (int)row[0]).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Hostile_peer_gets_its_message(int number, string attack, string ending, string message)
    {
        var (howEnded, said) = await MeetAsync(attack).DefaultTimeout();
        output.WriteLine($"{number} {attack}\n{howEnded}\n{said}");

        Assert.Equal(ending, howEnded);
        foreach (var words in message.Split(" … ", StringSplitOptions.RemoveEmptyEntries))
            Assert.Contains(words.Trim(), said, StringComparison.Ordinal);
        Assert.DoesNotContain(said, character => char.IsControl(character) && character != '\n');
        Assert.DoesNotContain("\n##vso", said, StringComparison.Ordinal);
    }

    private static Task<(string Ending, string Message)> MeetAsync(string attack)
    {
        if (Attacks.AtStart.TryGetValue(attack, out var instead))
            return StartAsync(instead);
        if (Attacks.AtWork.TryGetValue(attack, out var during))
            return WorkAsync((agent, block, _) => during(agent, block), FakeAgent.Epoch);
        return WorkAsync((agent, _, number) => number == 1 ? agent.CloseAsync().AsTask() : Task.CompletedTask, "another epoch");
    }

    private static async Task<(string Ending, string Message)> StartAsync(Func<FakeAgent, Task> attack)
    {
        var failure = await Assert.ThrowsAsync<HostConnectException>(async () =>
        {
            await using var connection = await new FakeAgents((agent, _) => attack(agent)).OpenAsync();
        });
        return ("does not start", failure.Message);
    }

    private static async Task<(string Ending, string Message)> WorkAsync(Func<FakeAgent, BlockSpec, int, Task> attack, string laterEpoch)
    {
        BlockSpec? taken = null;
        var worker = "";
        var agents = new FakeAgents(async (agent, number) =>
        {
            await agent.AttachAsync(number == 1 ? FakeAgent.Epoch : laterEpoch);
            taken ??= await agent.TakeBlockAsync();
            agent.Worker = worker = number == 1 ? agent.Worker : worker;
            await attack(agent, taken, number);
        });
        await using var connection = await agents.OpenAsync();
        await using var executor = connection.CreateExecutor(new AgentExecutorOptions { Collection = new string('c', 32), Stream = "s" });
        var verdict = await executor.RunAsync(TestSession.Spec(1, "true"), new RecordedEvents(), CancellationToken.None);

        return ($"{verdict.Outcome} / {verdict.Reason}", verdict.Message + string.Concat(verdict.Error?.StackTrace));
    }
}
