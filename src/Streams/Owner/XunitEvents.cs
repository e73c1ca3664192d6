using System.Diagnostics.Tracing;

namespace Streams.Owner;

/// <summary>
/// xunit v2 without an output helper: xunit raises an event when a test starts, in the test's own flow, so that a value
/// set there is seen by the test and by all that it awaits.
/// </summary>
internal sealed class XunitEvents : EventListener
{
    private static readonly AsyncLocal<string?> Current = new();

    public static OwningTest? Find()
    {
        if (Current.Value is not { Length: > 0 } displayName)
            return null;
        var (className, methodName) = TestName.Split(displayName);
        return new OwningTest
        {
            Source = OwnerSource.XunitEvents,
            DisplayName = displayName,
            ClassName = className,
            MethodName = methodName,
        };
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "xUnit.TestEventSource")
            EnableEvents(eventSource, EventLevel.Informational, EventKeywords.All);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName == "TestStart")
            Current.Value = eventData.Payload is [string name, ..] ? name : null;
        else if (eventData.EventName == "TestStop")
            Current.Value = null;
    }
}
