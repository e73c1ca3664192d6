namespace Streams.Results;

/// <summary>What an event is about: nothing (the collection), a stream, or one of its blocks.</summary>
internal readonly record struct EventSubject(string? Stream, string? Block, long Order);
