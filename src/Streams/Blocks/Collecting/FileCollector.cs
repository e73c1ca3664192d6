using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Streams.Blocks.Verdicts;
using Streams.Processes;

namespace Streams.Blocks.Collecting;

/// <summary>
/// Copies files of the block's host into its directory, within bounds. Regular files only: nothing else is opened, and no link
/// is followed below what the author named, for others may write there.
/// </summary>
internal sealed class FileCollector(string target)
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // As much as comes home of a block from another host.
    private const int MostFiles = 10_000;
    private const long MostBytes = 1L << 30;
    private const int MostLevels = 24;
    private const int MostTold = 20;

    /// <summary>Files of the kernel's own say that they are empty.</summary>
    private const long MostOfUnknownSize = 1024 * 1024;

    private readonly Lock _gate = new();
    private volatile bool _isOver;

    /// <summary>Guarded by <see cref="_gate"/>, as what a stuck thread still says is not to be seen.</summary>
    private readonly List<string> _problems = [];
    private readonly List<string> _leftOut = [];

    private int _files;
    private long _bytes;

    /// <summary>What should have been collected and was not.</summary>
    public IReadOnlyList<string> Problems => Told(_problems);

    /// <summary>What was left alone on purpose: links and the like.</summary>
    public IReadOnlyList<string> LeftOut => Told(_leftOut);

    /// <summary>Collects what matches; never fails, and never takes longer than this.</summary>
    public async Task CollectAsync(IReadOnlyList<string> patterns, TimeSpan time)
    {
        // A thread of its own: a file of a dead file server holds whoever reads it for good.
        var collecting = Task.Factory.StartNew(() => Collect(patterns), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAny(collecting, Task.Delay(time)).ConfigureAwait(false);
        if (collecting.IsCompleted)
            return;
        Problem($"Collecting files was given up after {Durations.InWords(time)}: {_files:N0} were copied, others are missing.");
        _isOver = true;
    }

    private void Collect(IReadOnlyList<string> patterns)
    {
        foreach (var pattern in patterns)
        {
            try
            {
                var found = false;
                foreach (var path in PathPattern.Matches(pattern, Problem))
                {
                    found |= Path.Exists(path);
                    CollectPath(path, level: 1);
                }

                if (!found)
                    Problem($"Nothing was there to be collected at '{pattern}'.");
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception)
            {
                // Whatever it is: the block's verdict is not to be lost over its logs.
                Problem($"Collecting '{pattern}' failed: {exception.Message}");
            }
        }
    }

    private void CollectPath(string path, int level)
    {
        ThrowIfOver();
        if (NativeMethods.Status(path) is not { } status)
            Problem($"'{path}' could not be looked at: it is gone, may not be read, or its name is no UTF-8 text.");
        else if (status.IsDirectory)
            CollectDirectory(path, level);
        else if (!status.IsRegularFile)
            LeaveOut($"'{path}' was not collected: it is {status.Kind}{(new FileInfo(path).LinkTarget is { } link ? $" to '{link}'" : "")}.");
        else if (++_files > MostFiles)
            throw new IOException($"more than {MostFiles:N0} files");
        else
            CollectFile(path);
    }

    private void CollectDirectory(string path, int level)
    {
        if (level > MostLevels)
        {
            Problem($"'{path}' was not collected: it lies more than {MostLevels} directories deep.");
            return;
        }

        string[] entries;
        try
        {
            entries = Directory.GetFileSystemEntries(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Problem($"'{path}' could not be collected: {exception.Message}");
            return;
        }

        foreach (var entry in entries.Order(StringComparer.Ordinal))
            CollectPath(entry, level + 1);
    }

    private void CollectFile(string path)
    {
        try
        {
            using var source = Open(path, out var size);
            if (_bytes + size > MostBytes)
            {
                Problem($"'{path}' was not collected: with its {size:N0} bytes the block's files would exceed {MostBytes:N0} bytes.");
                return;
            }

            var copy = Path.Combine(target, path.TrimStart('/'));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            using var destination = File.OpenHandle(copy, FileMode.Create, FileAccess.Write);
            Copy(source, destination, size > 0 ? size : MostOfUnknownSize);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Problem($"'{path}' could not be collected: {exception.Message}");
        }
    }

    /// <summary>What was opened may be something else than what was looked at.</summary>
    private static SafeFileHandle Open(string path, out long size)
    {
        var descriptor = NativeMethods.Open(path, NativeMethods.O_RDONLY | NativeMethods.O_NONBLOCK | NativeMethods.O_CLOEXEC | NativeMethods.O_NOFOLLOW, 0);
        if (descriptor < 0)
            throw new IOException(NativeMethods.ErrorText(Marshal.GetLastPInvokeError()));
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (NativeMethods.Status(descriptor) is { IsRegularFile: true } status)
        {
            size = status.Size;
            return handle;
        }

        handle.Dispose();
        throw new IOException("it was replaced while it was collected");
    }

    /// <summary>At most what was there at the beginning: a file that grows has no end.</summary>
    private void Copy(SafeFileHandle source, SafeFileHandle destination, long most)
    {
        var buffer = new byte[64 * 1024];
        for (var offset = 0L; offset < most;)
        {
            ThrowIfOver();
            var count = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, most - offset)), offset);
            if (count == 0)
                return;
            RandomAccess.Write(destination, buffer.AsSpan(0, count), offset);
            offset += count;
            _bytes += count;
        }
    }

    private void ThrowIfOver()
    {
        if (_isOver)
            throw new OperationCanceledException();
    }

    private void Problem(string text) => Add(_problems, text);

    private void LeaveOut(string text) => Add(_leftOut, text);

    private void Add(List<string> list, string text)
    {
        lock (_gate)
        {
            if (!_isOver)
                list.Add(PrintableText.CleanLine(text));
        }
    }

    private List<string> Told(List<string> list)
    {
        lock (_gate)
            return list.Count <= MostTold ? [.. list] : [.. list.Take(MostTold), $"... and {list.Count - MostTold:N0} more of the kind."];
    }
}
