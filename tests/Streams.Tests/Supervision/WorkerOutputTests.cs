using Streams.Processes;
using Streams.Supervision;

namespace Streams.Tests.Supervision;

/// <summary>Promise 4: output costs bounded disk; head and tail are kept, and the gap is said.</summary>
public class WorkerOutputTests
{
    [Fact]
    public void Middle_is_given_back_and_offsets_stay()
    {
        using var directory = new TempDirectory();
        var path = directory["output"];
        using var output = new WorkerOutput(path, head: 64 * 1024, tail: 256 * 1024);
        var line = new byte[1024];
        line.AsSpan().Fill((byte)'x');
        line[^1] = (byte)'\n';
        for (var i = 0; i < 4096; i++)
        {
            NativeMethods.TryWriteAll(output.Descriptor, line);
            if (i % 100 == 0)
                output.Bound();
        }

        NativeMethods.TryWriteAll(output.Descriptor, "last\n"u8);
        output.Bound();

        var status = NativeMethods.Status(path)!.Value;
        Assert.Equal((4096 * 1024) + 5, status.Size);
        Assert.InRange(status.Allocated, 256 * 1024, 600 * 1024);
        Assert.Equal(0x180, status.Permissions);
        Assert.Equal("last", OutputTail.Read(path)[^1]);
        using var file = File.OpenRead(path);
        var head = new byte[64 * 1024];
        file.ReadExactly(head);
        Assert.All(head, letter => Assert.NotEqual(0, letter));
        Assert.Equal(10, FileHoles.RealBytes(file.SafeFileHandle, (64 * 1024) - 10, 100));
        Assert.Equal(0, FileHoles.RealBytes(file.SafeFileHandle, 64 * 1024, 100));
        Assert.InRange(FileHoles.NextData(file.SafeFileHandle, 64 * 1024), status.Size - (600 * 1024), status.Size - (256 * 1024));
    }

    [Fact]
    public void Link_is_not_followed()
    {
        using var directory = new TempDirectory();
        File.CreateSymbolicLink(directory["output"], directory["elsewhere"]);

        Assert.Throws<IOException>(() => new WorkerOutput(directory["output"]));
        Assert.False(File.Exists(directory["elsewhere"]));
    }
}
