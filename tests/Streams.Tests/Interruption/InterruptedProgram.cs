namespace Streams.Tests.Interruption;

/// <summary>A program with a collection, to be interrupted: it says when its first block runs, and how its waiting ended.</summary>
internal static class InterruptedProgram
{
    public const int Cancelled = 3;

    public static async Task<int> RunAsync(string results, string how)
    {
        var options = new StreamCollectionOptions { ResultsRoot = results, Owner = "Interrupted", Grace = how == "stubborn" ? TimeSpan.FromMinutes(2) : TimeSpan.FromSeconds(5) };
        await using var streams = new StreamCollection(null, options);
        var stream = streams.Add("localhost", "s");
        var running = how == "stubborn"
            ? stream.RunBg(() => Thread.Sleep(Timeout.Infinite), new BlockOptions { Name = "Running" })
            : stream.RunBg("sleep 600", new BlockOptions { Name = "Running" });
        stream.RunBg(() => { }, new BlockOptions { Name = "Queued" });
        await Eventually.True(() => running.Phase == BlockPhase.Started);
        Console.WriteLine(streams.ResultsDirectory);
        try
        {
            await streams.WaitAsync();
            return 0;
        }
        catch (OperationCanceledException exception)
        {
            Console.WriteLine(exception.Message);
            return Cancelled;
        }
    }
}
