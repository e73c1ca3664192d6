using System.Runtime.ExceptionServices;

namespace Streams.Execution;

/// <summary>
/// Remembers the last exception that was thrown in the flow of the test, so that disposing after a failed assertion can put it
/// first: <c>await using</c> would hide it behind whatever disposing throws.
/// </summary>
internal sealed class OwnException
{
    private static readonly AsyncLocal<OwnException?> Current = new();
    private static readonly Lock Gate = new();

    /// <summary>How many watch; the callback exists only while somebody does. Guarded by <see cref="Gate"/>.</summary>
    private static int _watching;

    private volatile Exception? _last;
    private bool _ended;

    private OwnException()
    {
    }

    /// <summary>Begins to watch the calling flow.</summary>
    public static OwnException Watch()
    {
        var watch = new OwnException();
        Current.Value = watch;
        lock (Gate)
        {
            if (_watching++ == 0)
                AppDomain.CurrentDomain.FirstChanceException += Remember;
        }

        return watch;
    }

    /// <summary>Ends the watching; the last exception seen, which the test may have caught itself.</summary>
    public Exception? End()
    {
        lock (Gate)
        {
            if (!_ended)
            {
                _ended = true;
                if (--_watching == 0)
                    AppDomain.CurrentDomain.FirstChanceException -= Remember;
            }
        }

        return _last;
    }

    private static void Remember(object? sender, FirstChanceExceptionEventArgs arguments)
    {
        if (Current.Value is { _ended: false } watch)
            watch._last = arguments.Exception;
    }
}
