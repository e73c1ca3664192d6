namespace Streams.Sync.State;

/// <summary>Whether a party could bring others that nobody has heard of.</summary>
internal enum Bringing
{
    Never,

    /// <summary>It may start them, but not while it is itself held up in a wait.</summary>
    WhileFree,

    /// <summary>They may be on their way already.</summary>
    Always,
}
