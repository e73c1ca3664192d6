namespace Streams.FunctionalTests.Local;

/// <summary>Texts that would fill screens: the message shows head and tail, the result has all.</summary>
public class LongTextTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_long_exception_fits_a_screen_and_is_whole_in_the_result()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.Add("localhost").RunFgAsync(
            Action () => throw new InvalidOperationException(Long("outer"), new FormatException(Long("inner"))))).DefaultTimeout();

        Assert.InRange(failure.Message.Length, 100, 20_000);
        Assert.InRange(failure.Message.Split('\n').Length, 5, 60);
        foreach (var part in new[] { "outer 1\n", "outer 4000\n", "caused by System.FormatException: inner 1\n", "inner 4000\n", "left out; all of it is in the block's result", "given at:", "results:" })
            Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        Assert.Contains("outer 2000", failure.Failures[0].Error!.Message, StringComparison.Ordinal);
        Assert.Contains("inner 2000", failure.Failures[0].Error!.Inner[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_command_fits_a_screen_and_is_whole_in_the_result()
    {
        var word = new string('x', 60_000);
        var lines = new List<string>();
        await using var streams = new StreamCollection(line =>
        {
            lock (lines)
                lines.Add(line);
        });

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.Add("localhost").RunFgAsync($"echo {word} >&2; exit 3")).DefaultTimeout();
        await streams.DisposeAsync();

        Assert.InRange(failure.Message.Length, 100, 5_000);
        Assert.Contains("exited with code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("given at:", failure.Message, StringComparison.Ordinal);
        Assert.Equal(word.Length + 1, failure.Failures[0].StandardError.Length);
        Assert.Contains(word, failure.Failures[0].Command!.Command, StringComparison.Ordinal);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 1_000));
    }

    private static string Long(string text) => string.Join('\n', Enumerable.Range(1, 4000).Select(number => $"{text} {number}"));
}
