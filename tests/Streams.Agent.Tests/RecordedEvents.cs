using System.Text;
using Microsoft.Extensions.Logging;
using Streams.Blocks;
using Streams.Execution;

namespace Streams.Agent.Tests;

/// <summary>Remembers what an executor told.</summary>
internal sealed class RecordedEvents : IBlockEvents
{
    private readonly TaskCompletionSource _firstOutput = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsStarted { get; private set; }

    public List<string> Lines { get; } = [];

    /// <summary>True for each loss of the link, false for each return.</summary>
    public List<bool> Away { get; } = [];

    public StringBuilder OutputText { get; } = new();

    public Dictionary<string, (long Size, byte[] Digest, string? Refused)> Files { get; } = [];

    public Task FirstOutput => _firstOutput.Task;

    public void Started() => IsStarted = true;

    public void Logged(DateTimeOffset workerTime, LogLevel level, string text) => Lines.Add(text);

    public void WhiteboardChanged(string text)
    {
    }

    public void Output(long offset, ReadOnlySpan<byte> data)
    {
        OutputText.Append(Encoding.UTF8.GetString(data));
        _firstOutput.TrySetResult();
    }

    public void Measured(DateTimeOffset workerTime, string name, double value, string unit)
    {
    }

    public void PartEntered(Streams.Wire.WirePart part)
    {
    }

    public void LinkChanged(bool isAway) => Away.Add(isAway);

    public void SharesSync()
    {
    }

    public void OutputLeftOut(long offset, long bytes)
    {
    }

    public void FileChunk(ReadOnlySpan<byte> name, long offset, ReadOnlySpan<byte> data, bool last, ReadOnlySpan<byte> sha256, string? refused) =>
        Files[Encoding.Latin1.GetString(name)] = (offset + data.Length, sha256.ToArray(), refused);
}
