using Streams.Blocks;
using Streams.Execution;
using Streams.Owner;
using Streams.Results;

namespace Streams.Tests.Results;

/// <summary>A record in a directory of its own.</summary>
internal sealed class TestRecord : IAsyncDisposable
{
    private readonly TempDirectory _root = new();
    private readonly RunResults _run;

    public TestRecord(string? root = null, Action<string>? print = null)
    {
        _run = RunResults.Start(root ?? _root.Root, TimeProvider.System);
        Record = CollectionRecord.Open(_run, Test("Demo.Netperf.Throughput(server: \"db1\", client: \"web2\")"), new CollectionRecordOptions
        {
            Print = print ?? (line =>
            {
                lock (Lines)
                    Lines.Add(line);
            }),
        });
    }

    public CollectionRecord Record { get; }

    public List<string> Lines { get; } = [];

    public string this[string relative] => Path.Combine(Record.Directory.Path, relative);

    public static OwningTest Test(string displayName, string id = "id") => new()
    {
        Source = OwnerSource.Explicit,
        DisplayName = displayName,
        ClassName = "Demo.Netperf",
        MethodName = "Throughput",
        UniqueId = id,
    };

    public static BlockVerdict Passed { get; } = new()
    {
        Outcome = BlockOutcome.Pass,
        Reason = OutcomeReason.FinalMessage,
        Message = "",
        Received = true,
    };

    public static BlockVerdict Failed(string message) => new()
    {
        Outcome = BlockOutcome.Fail,
        Reason = OutcomeReason.Exception,
        Message = message,
        Received = true,
        Error = new BlockError { Type = "System.InvalidOperationException", Message = message, StackTrace = "   at Demo.Netperf()" },
    };

    public async ValueTask DisposeAsync()
    {
        await Record.DisposeAsync();
        _run.Dispose();
        await RunResults.Tidied;
        _root.Dispose();
    }
}
