using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Streams.Results;

/// <summary>How a collection is recorded.</summary>
internal sealed record CollectionRecordOptions
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Takes the lines for people; null: none are printed. Called from one thread at a time; may throw.</summary>
    public Action<string>? Print { get; init; }

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>What blocks (stream/name) wait for now; null: nobody knows.</summary>
    public Func<IReadOnlyDictionary<string, (string What, TimeSpan For)>>? Waits { get; init; }

    /// <summary>Identity of the run and the collection, as on the wire.</summary>
    public string Run { get; init; } = "";

    public string Collection { get; init; } = "";
}
