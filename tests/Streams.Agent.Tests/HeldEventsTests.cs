extern alias agent;
using System.Text;
using agent::Streams.Agent;
using agent::Streams.Wire;

namespace Streams.Agent.Tests;

/// <summary>What the agent keeps while nobody reads, and what it says of what it could not keep.</summary>
public sealed class HeldEventsTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    [Fact]
    public async Task Events_beyond_memory_wait_on_disk_and_come_in_order()
    {
        using var events = new EventLog(_directory["spool"], capacity: 1000, spoolQuota: 100_000);
        for (var number = 0; number < 100; number++)
            Assert.True(events.TryPublishBulk(Log($"{number}")));
        Assert.True(new FileInfo(_directory["spool"]).Length > 0);
        events.SetRead(true);
        var read = new List<AgentEvent>();
        while (read.Count < 100)
        {
            read.AddRange(await events.ReadAfterAsync((ulong)read.Count, CancellationToken.None).DefaultTimeout());
            events.Acknowledge((ulong)read.Count);
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(number => $"{number}"), read.Select(happened => happened.FromWorker.Log.Text));
        Assert.Equal(Enumerable.Range(1, 100).Select(number => (ulong)number), read.Select(happened => happened.Sequence));
        Assert.Equal(0, new FileInfo(_directory["spool"]).Length);
    }

    [Fact]
    public void A_full_disk_quota_refuses_what_may_be_left_out_and_still_takes_what_may_not()
    {
        using var events = new EventLog(_directory["spool"], capacity: 1000, spoolQuota: 1000);
        var taken = 0;
        while (events.TryPublishBulk(Log("text")))
            taken++;
        events.Publish(Log("the end"));

        Assert.InRange(taken, 10, 200);
        Assert.False(events.HasRoom);
    }

    [Fact]
    public async Task While_somebody_reads_a_producer_waits_for_room_instead_and_goes_on_when_the_reader_leaves()
    {
        using var events = new EventLog(_directory["spool"], capacity: 200, spoolQuota: 100_000);
        events.SetRead(true);
        while (events.HasRoom)
            events.Publish(Log("text"));
        var waiting = Task.Run(() => events.TryPublishBulk(Log("waits")));
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(100)));
        events.SetRead(false);

        Assert.True(await waiting.DefaultTimeout());
    }

    [Fact]
    public async Task Output_that_was_taken_out_of_the_middle_of_the_file_is_told_as_a_gap_not_as_zeros()
    {
        var path = _directory["out"];
        var head = Encoding.ASCII.GetBytes(new string('h', 8192));
        await using (var file = File.Create(path))
        {
            file.Write(head);
            file.SetLength(20 * 4096); // a hole
            file.Position = 20 * 4096;
            file.Write("the tail\n"u8);
        }

        var sent = new List<BlockOutput>();
        using (var reader = new BlockOutputReader(path, 0, output =>
        {
            sent.Add(output);
            return ValueTask.CompletedTask;
        }))
        {
            await reader.SendAsync(atEnd: true);
        }

        Assert.Equal(Encoding.ASCII.GetString(head) + "the tail\n", string.Concat(sent.Select(output => output.Data.ToStringUtf8())));
        var gap = Assert.Single(sent, output => output.LeftOut > 0);
        Assert.Equal((head.Length, (20 * 4096) - head.Length), (gap.Offset, gap.LeftOut));
        for (var (next, index) = (0L, 0); index < sent.Count; next += sent[index].LeftOut + sent[index].Data.Length, index++)
            Assert.Equal(next, sent[index].Offset);
    }

    public void Dispose() => _directory.Dispose();

    private static AgentEvent Log(string text) => new() { Worker = "w1", FromWorker = new FromWorker { Log = new BlockLog { Ordinal = 1, Text = text } } };
}
