namespace Streams.Results;

/// <summary>A wait of a block: what for (<c>at 'setup'</c>), from when, until when (null: it goes on), how it ended.</summary>
internal sealed record RecordedWait(string What, TimeSpan From, TimeSpan? Until, string Ended);
