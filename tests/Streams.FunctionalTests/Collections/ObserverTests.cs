using System.Collections.Concurrent;

namespace Streams.FunctionalTests.Collections;

/// <summary>Observers see everything in order, and can neither hold up nor break a run.</summary>
public class ObserverTests(ITestOutputHelper output)
{
    [Fact]
    public async Task An_observer_sees_streams_phases_logs_and_results_in_order()
    {
        var observer = new Recorder();
        await using (var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Observers = [observer] }))
        {
            var stream = streams.Add("localhost", "s");
            await stream.RunFgAsync(block => block.Log("hello"), new BlockOptions { Name = "B" }).DefaultTimeout();
        }

        var told = observer.Events.Select(occurred => $"{occurred.Kind} {occurred.Stream}/{occurred.Block} {occurred.Phase} {occurred.Text}").ToList();
        Assert.Equal(
            [
                "StreamAdded s/  localhost", "BlockPhase s/1-B Requested ", "BlockPhase s/1-B Triaging ", "BlockPhase s/1-B Ready ", "BlockPhase s/1-B Started ",
                "BlockLog s/1-B  hello", "BlockPhase s/1-B Finished ", "CollectionClosed /  ",
            ],
            told);
        Assert.Equal(Enumerable.Range(1, told.Count).Select(number => (long)number), observer.Events.Select(occurred => occurred.Number));
        Assert.Equal(BlockOutcome.Pass, observer.Events.Single(occurred => occurred.Phase == BlockPhase.Finished).Result!.Outcome);
    }

    [Fact]
    public async Task Observers_that_throw_or_hang_cost_neither_the_run_nor_the_others_and_are_named()
    {
        var (good, broken) = (new Recorder(), new Broken());
        using var hanging = new Hanging();
        string directory;
        await using (var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Observers = [hanging, broken, good] }))
        {
            directory = streams.ResultsDirectory;
            await streams.Add("localhost").RunFgAsync(block =>
            {
                for (var i = 0; i < 11_000; i++)
                    block.Log("line");
            }).DefaultTimeout();
            await streams.WaitAsync().DefaultTimeout();
        }

        var log = await File.ReadAllTextAsync(Path.Combine(directory, "debug.log"));
        Assert.Equal(StreamsEventKind.CollectionClosed, good.Events.Last().Kind);
        Assert.Contains("Observer Broken threw System.NotSupportedException: not today", log, StringComparison.Ordinal);
        Assert.Contains("Observer Hanging was too slow: 1", log, StringComparison.Ordinal);
        Assert.Contains("Observer Hanging had not taken its last 100", log, StringComparison.Ordinal);
    }

    private sealed class Recorder : IStreamsObserver
    {
        public ConcurrentQueue<StreamsEvent> Events { get; } = [];

        public void Observe(StreamsEvent occurred) => Events.Enqueue(occurred);
    }

    private sealed class Broken : IStreamsObserver
    {
        public void Observe(StreamsEvent occurred) => throw new NotSupportedException("not today");
    }

    private sealed class Hanging : IStreamsObserver, IDisposable
    {
        private readonly ManualResetEventSlim _released = new();

        public void Observe(StreamsEvent occurred) => _released.Wait();

        public void Dispose() => _released.Set();
    }
}
