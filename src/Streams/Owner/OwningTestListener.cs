using System.ComponentModel;
using Streams.Owner;

namespace Streams;

/// <summary>
/// Starts listening for the tests that begin, so that their streams know whose they are. Called by the package's own
/// module initializer in the test project; there is no need to call it.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class OwningTestListener
{
    // Held for the life of the process: a listener that is collected hears nothing.
    private static readonly XunitEvents Listener = new();

    /// <summary>Starts listening. Calling it again does nothing.</summary>
    public static void Start() => GC.KeepAlive(Listener);
}
