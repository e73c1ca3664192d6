using System.Reflection;

namespace Streams.Owner;

/// <summary>
/// The test that the streams belong to. Found without referencing any test framework (D16): by the public members of
/// whichever framework is loaded, best evidence first.
/// </summary>
internal sealed record OwningTest
{
    public required OwnerSource Source { get; init; }

    /// <summary>As the framework shows it: <c>Demo.Netperf.Throughput(server: "db1")</c>.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Full name of the test's class; empty if unknown.</summary>
    public string ClassName { get; init; } = "";

    public string MethodName { get; init; } = "";

    /// <summary>The framework's own id of the test; empty if it has none.</summary>
    public string UniqueId { get; init; } = "";

    /// <summary>Writes one line to the test's output. May throw when the test has ended.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>Attaches a file to the test's result: name without extension, content, media type.</summary>
    public Action<string, byte[], string>? Attach { get; init; }

    /// <summary>Cancelled when the runner aborts the test, where the framework says so.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Finds the test that the caller belongs to. Always answers: at the end of the chain stands the caller.</summary>
    /// <param name="log">Where the author wants lines; often a framework's own method, whose target tells the test.</param>
    /// <param name="explicitName">The author's own name for the owner; it wins over every other.</param>
    /// <param name="callerMember">Member that made the streams.</param>
    /// <param name="callerFile">Source file of that member.</param>
    public static OwningTest Find(Action<string>? log, string? explicitName, string callerMember, string callerFile)
    {
        OwningTestListener.Start();
        var found = Try(() => XunitV2Output.Find(log))
            ?? Try(() => MSTestContext.Find(log))
            ?? Try(XunitV3Context.Find)
            ?? Try(NUnitContext.Find)
            ?? Try(MSTestContext.Find)
            ?? XunitEvents.Find()
            ?? Try(TestMethodOnStack.Find)
            ?? CallingMember.Find(callerMember, callerFile);
        if (log is not null)
            found = found with { Log = log };
        if (string.IsNullOrWhiteSpace(explicitName))
            return found;
        return found with { Source = OwnerSource.Explicit, DisplayName = explicitName, UniqueId = explicitName };
    }

    // A framework of a version that nobody has seen yet may answer anything. It must not cost the test: the next in the
    // chain is asked.
    private static OwningTest? Try(Func<OwningTest?> find)
    {
        try
        {
            return find() is { DisplayName.Length: > 0 } test ? test : null;
        }
        catch (Exception exception) when (exception is TargetInvocationException or MemberAccessException or InvalidCastException
            or ArgumentException or AmbiguousMatchException or InvalidOperationException or NotSupportedException)
        {
            return null;
        }
    }
}
