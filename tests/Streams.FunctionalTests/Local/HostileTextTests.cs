using System.Text.RegularExpressions;
using Streams.Sync;

namespace Streams.FunctionalTests.Local;

/// <summary>Promise 54: whatever a block says, nothing of it drives the terminal or the CI system that shows what we print.</summary>
public sealed partial class HostileTextTests : StreamsTest
{
    private const string Hostile =
        "\u001b[2J\u001b]0;title\u0007\u009b31m\u202egnp\u2066\u200f\0\u0085\u2028over\rwritten\n##vso[task.complete result=Succeeded;]x\n"
        + "::set-output name=a::b\n  ::error file=a::c\r\n##teamcity[buildStatus]\n##[command]d\n[[ATTACHMENT|/etc/passwd]]\nhidden ##vso[x]y";

    private readonly List<(string Path, string Text)> _printed = [];

    [Fact]
    public async Task Hostile_text_reaches_nobody_through_any_printing_path()
    {
        var text = Hostile;
        var streams = new StreamCollection(line => Printed("test output", line), new StreamCollectionOptions { Owner = Hostile });
        await using (streams)
        {
            // Control characters are refused in names; the rest of it is an author's right.
            var stream = streams.Add("localhost", "a\u202e##vso[x]");
            await FailsAsync("exception", () => stream.RunFgAsync(() => throw new InvalidOperationException(text, new HostileException(text)), Named()));
            await FailsAsync("command", () => stream.RunFgAsync(["sh", "-c", "printf %s \"$1\" >&2; exit 3", "sh", text.Replace("\0", "", StringComparison.Ordinal)]));
            await FailsAsync("missing command", () => stream.RunFgAsync(["/\u001b[2J##vso[x]"]));
            await FailsAsync("crash", () => stream.RunFgAsync(() =>
            {
                Console.WriteLine(text);
                Environment.Exit(7);
            }));
            await FailsAsync("fail-fast", () => stream.RunFgAsync(() => Environment.FailFast(text)));
            await stream.RunFgAsync(block =>
            {
                block.Log(text);
                block.Whiteboard = text;
                Console.WriteLine(text);
                return text;
            }).DefaultTimeout();
            streams.Whiteboard = stream.Whiteboard = text;
            await MeetAsync(streams, stream, text);
            Printed("timeline", streams.RenderTimeline());
        }

        foreach (var file in Directory.EnumerateFiles(streams.ResultsDirectory, "*", SearchOption.AllDirectories))
        {
            Printed("path", Path.GetRelativePath(streams.ResultsDirectory, file));
            if (!file.EndsWith("output.log", StringComparison.Ordinal))
                Printed(Path.GetFileName(file), File.ReadAllText(file));
        }

        Assert.All(_printed, AssertHarmless);
        // The raw bytes are kept where they belong.
        Assert.Contains(Directory.EnumerateFiles(streams.ResultsDirectory, "output.log", SearchOption.AllDirectories),
            file => File.ReadAllText(file).Contains(Hostile, StringComparison.Ordinal));
    }

    /// <summary>What parties wrote comes back in the reports of barriers, to blocks and to the test's own body.</summary>
    private async Task MeetAsync(StreamCollection streams, ExecutionStream stream, string text)
    {
        var sleeper = streams.Add("localhost", "sleeper").RunBg(async block =>
        {
            Console.WriteLine(text);
            await Task.Delay(Timeout.Infinite, block.Cancellation);
        });
        await Eventually.True(() => sleeper.Phase == BlockPhase.Started);
        await FailsAsync("barrier", () => stream.RunFgAsync(block => block.Sync.BarrierAsync("b\u202e##vso[x]", 2, TimeSpan.FromSeconds(1))));
        var own = await Assert.ThrowsAsync<BarrierTimeoutException>(() => streams.Sync.BarrierAsync("own\u202e##vso[x]", 2, TimeSpan.FromSeconds(1))).DefaultTimeout();
        Printed("the test's own barrier", own.ToString());
        await sleeper.StopAsync().DefaultTimeout();
        Printed("result", sleeper.Result!.ToString());
        var stopped = await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            await stream.RunFgAsync(block => Task.Delay(Timeout.Infinite, block.Cancellation), Named(), soon.Token);
        }).DefaultTimeout();
        Printed("stopped", stopped.ToString());
    }

    private static BlockOptions Named() => new() { Name = "n\u202e##vso[x]" };

    private async Task FailsAsync(string path, Func<Task> act)
    {
        var failure = await Assert.ThrowsAsync<BlockFailedException>(act).DefaultTimeout();
        Printed(path, failure.ToString());
        Printed(path, failure.Message);
        foreach (var result in failure.Failures)
            Printed($"{path}: result", $"{result.Message}\n{result.Error}\n{string.Join('\n', result.OutputTail)}\n{result.Error?.StackTrace}");
    }

    private void Printed(string path, string text)
    {
        lock (_printed)
            _printed.Add((path, text));
    }

    private void AssertHarmless((string Path, string Text) printed)
    {
        var bad = Obeyed().Match(printed.Text);
        Assert.False(bad.Success, bad.Success ? $"{printed.Path} has '{Uri.EscapeDataString(bad.Value)}' behind '{Uri.EscapeDataString(printed.Text[Math.Max(0, bad.Index - 60)..bad.Index])}'" : "");
    }

    [GeneratedRegex(@"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\r(?!\n)|##(vso|teamcity)?\[|^\s*::[a-z]|^\s*\[\[", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Obeyed();

    private sealed class HostileException(string text) : Exception(text)
    {
        public override string? StackTrace => "   at x\n" + Message;
    }
}
