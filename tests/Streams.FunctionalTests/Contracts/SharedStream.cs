namespace Streams.FunctionalTests.Contracts;

/// <summary>One stream for all cases that leave theirs as it was: the suite stays quick where a worker is dear.</summary>
public sealed class SharedStream : IAsyncLifetime
{
    private StreamCollection? _streams;

    public ExecutionStream Of(StreamKind kind)
    {
        _streams ??= new StreamCollection(options: kind.Options with { Owner = $"Stream contract of {kind.Host}" });
        return _streams.Count > 0 ? _streams[0] : _streams.Add(kind.Host, "shared");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_streams is not null)
            await _streams.DisposeAsync();
    }
}
