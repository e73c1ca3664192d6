using System.Diagnostics;

namespace Streams.FunctionalTests.Local.Supervision;

/// <summary>Promise 8: what the kernel does not let go of is reported, and its stream takes no further block.</summary>
public class UnkillableTests(ITestOutputHelper output)
{
    [NeedsFact(Needs.Root)]
    public async Task Process_that_cannot_be_killed_is_reported_and_its_stream_refuses_more()
    {
        using var frozen = FrozenFileSystem.TryMake();
        if (frozen is null)
        {
            output.WriteLine("no loop device, mkfs.ext4 or fsfreeze here");
            return;
        }

        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost", "writer");
        var file = Path.Combine(frozen.Path, "file");
        var writing = stream.RunBg(() => { using var writer = Process.Start("/bin/sh", ["-c", $"echo ready; exec dd if=/dev/zero of={file} bs=64k count=1 conv=fsync"]); }, new BlockOptions { Name = "Writing" });
        var next = stream.RunBg(() => { }, new BlockOptions { Name = "Next" });
        var clock = Stopwatch.StartNew();

        var result = await writing.Completion.DefaultTimeout();
        await next.Completion.DefaultTimeout();
        output.WriteLine($"after {clock.ElapsedMilliseconds} ms: {result.Message}");
        var other = await streams.Add("localhost", "other").RunFgAsync(() => 42).DefaultTimeout();

        var stray = Assert.Single(result.StrayProcesses);
        Assert.StartsWith("dd if=/dev/zero", stray.Command, StringComparison.Ordinal);
        Assert.NotEqual("", stray.WaitChannel);
        Assert.Equal($"kill -KILL {stray.ProcessId}", stray.RemoveWith);
        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.StreamLost), (next.Result!.Outcome, next.Result.Reason));
        Assert.Equal(42, other);
        await streams.WaitAsync(ignoreFailures: true).DefaultTimeout();
        frozen.Thaw();
        await Eventually.True(() => !Directory.Exists($"/proc/{stray.ProcessId}"));
    }

    /// <summary>A small file system of its own, frozen: whoever writes to it waits in the kernel.</summary>
    private sealed class FrozenFileSystem : IDisposable
    {
        private readonly TempDirectory _directory;
        private bool _isThawed;

        private FrozenFileSystem(TempDirectory directory) => _directory = directory;

        public string Path => _directory["mount"];

        public static FrozenFileSystem? TryMake()
        {
            var directory = new TempDirectory();
            var made = new FrozenFileSystem(directory);
            var script = "cd \"$1\" && mkdir mount && truncate -s 16M image && mkfs.ext4 -q image && mount -o loop image mount && { fsfreeze -f mount || { umount mount; exit 1; }; }";
            if (Run(script, directory.Root))
                return made;
            directory.Dispose();
            return null;
        }

        public void Thaw()
        {
            if (!_isThawed)
                Run("fsfreeze -u \"$1/mount\"", _directory.Root);
            _isThawed = true;
        }

        public void Dispose()
        {
            Thaw();
            Run("for i in 1 2 3 4 5 6 7 8 9; do umount \"$1/mount\" && exit 0; sleep 0.2; done; umount -l \"$1/mount\"", _directory.Root);
            _directory.Dispose();
        }

        private static bool Run(string script, string directory)
        {
            using var shell = Process.Start("/bin/sh", ["-c", script, "sh", directory]);
            shell.WaitForExit();
            return shell.ExitCode == 0;
        }
    }
}
