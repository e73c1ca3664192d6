using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Streams.Tests.Shared;

/// <summary>
/// What the library logs as an error while a test runs. A test that watches fails for each that it did not expect: what goes
/// wrong behind a green test is seen here or nowhere.
/// </summary>
public sealed class LoggedErrors : ILoggerFactory
{
    private static readonly AsyncLocal<LoggedErrors?> Current = new();

    private readonly ConcurrentQueue<(int Id, string Text)> _errors = [];
    private readonly ConcurrentBag<int> _expected = [];

    /// <summary>Makes loggers that tell the watch of the test in whose flow they are made; without one, nobody.</summary>
    public static ILoggerFactory OfCurrentTest { get; } = new Ambient();

    /// <summary>Watches the calling test from now on.</summary>
    public static LoggedErrors Watch() => Current.Value = new LoggedErrors();

    /// <summary>The test provokes errors of this event.</summary>
    public void Expect(int eventId) => _expected.Add(eventId);

    public void AssertNoneUnexpected()
    {
        var unexpected = _errors.Where(error => !_expected.Contains(error.Id)).Select(error => $"{error.Id}: {error.Text}").ToList();
        Assert.True(unexpected.Count == 0, $"The library logged errors that this test did not expect:\n{string.Join('\n', unexpected)}");
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class Ambient : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new Logger(Current.Value);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    private sealed class Logger(LoggedErrors? watch) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => watch is not null && logLevel >= LogLevel.Error;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                watch!._errors.Enqueue((eventId.Id, $"{formatter(state, exception)} {exception}"));
        }
    }
}
