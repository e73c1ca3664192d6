using System.Runtime.CompilerServices;

namespace Streams.FunctionalTests;

/// <summary>A test that fails when the library logs an error that it did not expect.</summary>
public abstract class StreamsTest : IDisposable
{
    private readonly LoggedErrors _errors = LoggedErrors.Watch();

    public virtual void Dispose()
    {
        GC.SuppressFinalize(this);
        _errors.AssertNoneUnexpected();
    }

    /// <summary>This test provokes errors of this event (docs/results.md).</summary>
    protected void ExpectError(int eventId) => _errors.Expect(eventId);

    [ModuleInitializer]
    internal static void Hook() => StreamCollectionOptions.DefaultLoggerFactory = LoggedErrors.OfCurrentTest;
}
