using Microsoft.Extensions.Logging;
using Streams.Blocks;
using Streams.Execution;
using Streams.Wire;

namespace Streams.Remoting;

/// <summary>A block under way on an agent's host: checks what is said of it, and passes it on.</summary>
internal sealed class AgentBlock(BlockSpec specification, IBlockEvents events)
{
    private const int MaxChunk = 4 * WireLimits.MaxChunk;

    private readonly TaskCompletionSource<AgentBlockEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where the next output begins. Receiving loop only.</summary>
    private long _outputEnd;

    public Task<AgentBlockEnd> Ended => _ended.Task;

    public BlockSpec Specification => specification;

    /// <summary>True if the worker said that the block runs.</summary>
    public bool IsStarted { get; private set; }

    public void WorkerIsGone(WorkerGone gone) => _ended.TrySetResult(new AgentBlockEnd { Gone = gone });

    /// <summary>The link to its host was lost, or is back. In order with the events.</summary>
    public void LinkChanged(DateTimeOffset time, string text, bool isAway)
    {
        if (_ended.Task.IsCompleted)
            return;
        events.LinkChanged(isAway);
        events.Logged(time, LogLevel.Warning, text);
    }

    public void Receive(AgentEvent happened)
    {
        switch (happened.KindCase)
        {
            case AgentEvent.KindOneofCase.Accepted when happened.Accepted.Id?.Equals(specification.Id) == true:
                if (happened.Accepted.State == "refused" || happened.Accepted.Conflict)
                    _ended.TrySetResult(new AgentBlockEnd { Refused = happened.Accepted });
                break;
            case AgentEvent.KindOneofCase.FromWorker:
                Receive(happened.FromWorker);
                break;
            case AgentEvent.KindOneofCase.Output when IsMine(happened.Output.Ordinal):
                Receive(happened.Output);
                break;
            case AgentEvent.KindOneofCase.File when IsMine(happened.File.Ordinal):
                Receive(happened.File);
                break;
            case AgentEvent.KindOneofCase.Ended when happened.Ended.Id?.Equals(specification.Id) == true:
                _ended.TrySetResult(new AgentBlockEnd { Ended = happened.Ended });
                break;
        }
    }

    private bool IsMine(uint ordinal) => ordinal == specification.Id.Ordinal;

    private void Receive(FromWorker message)
    {
        switch (message.KindCase)
        {
            case FromWorker.KindOneofCase.Started when IsMine(message.Started.Ordinal) && !IsStarted:
                IsStarted = true;
                events.Started();
                break;
            case FromWorker.KindOneofCase.Log when IsMine(message.Log.Ordinal):
                events.Logged(Time(message.Log.UnixUs), (LogLevel)Math.Clamp(message.Log.Level, 0, (int)LogLevel.Critical), Cut(message.Log.Text));
                break;
            case FromWorker.KindOneofCase.SharesSync when IsMine(message.SharesSync.Ordinal):
                events.SharesSync();
                break;
            case FromWorker.KindOneofCase.Whiteboard when IsMine(message.Whiteboard.Ordinal):
                events.WhiteboardChanged(Cut(message.Whiteboard.Text));
                break;
            case FromWorker.KindOneofCase.Measure when IsMine(message.Measure.Ordinal):
                events.Measured(Time(message.Measure.UnixUs), Cut(message.Measure.Name), message.Measure.Value, Cut(message.Measure.Unit));
                break;
            case FromWorker.KindOneofCase.Part when IsMine(message.Part.Ordinal) && Enum.IsDefined(message.Part.Part):
                events.PartEntered(message.Part.Part);
                break;
        }
    }

    private void Receive(BlockOutput output)
    {
        if (output.Offset != _outputEnd || output.LeftOut < 0 || output.Data.Length > MaxChunk)
            throw new GrpcException(GrpcStatusCode.DataLoss, $"the agent sent output at {output.Offset} where {_outputEnd} comes next");
        if (output.LeftOut > 0)
            events.OutputLeftOut(output.Offset, output.LeftOut);
        if (output.Data.Length > 0)
            events.Output(output.Offset + output.LeftOut, output.Data.Span);
        _outputEnd += output.LeftOut + output.Data.Length;
    }

    private void Receive(BlockFile file)
    {
        if (file.Data.Length > MaxChunk || file.Offset < 0 || file.Name.Length is 0 or > 4096)
            throw new GrpcException(GrpcStatusCode.DataLoss, "the agent sent a piece of a file that cannot be one");
        var refused = file.Refused.Length > 0 ? Cut(file.Refused) : null;
        if (file.Nested)
            events.NestedFileChunk(file.Name.Span, file.Offset, file.Data.Span, file.Last, file.Sha256.Span, refused);
        else
            events.FileChunk(file.Name.Span, file.Offset, file.Data.Span, file.Last, file.Sha256.Span, refused);
    }

    /// <summary>A host's clock may say anything; 9999 is the last year that a date can have.</summary>
    private static DateTimeOffset Time(long unixMicroseconds) =>
        DateTimeOffset.UnixEpoch.AddMicroseconds(Math.Clamp(unixMicroseconds, 0, 253_402_300_799_000_000));

    private static string Cut(string text) => text.Length <= WireLimits.MaxLogText ? text : text[..WireLimits.MaxLogText] + "...";
}
