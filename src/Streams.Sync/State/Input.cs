using Streams.Sync.Protocol;

namespace Streams.Sync.State;

/// <summary>Everything that can happen to the state machine.</summary>
internal abstract record Input;

/// <summary>A client's line (after its token was checked).</summary>
internal sealed record Received(Session Session, Command Command) : Input;

/// <summary>A connection ended without good-bye.</summary>
internal sealed record Disconnected(Session Session, string Why) : Input;

/// <summary>The process behind a broken connection is gone, so nobody will come back.</summary>
internal sealed record ProcessGone(Session Session, string Why) : Input;

/// <summary>A client whose connection seemed broken closed its sending side only: it can be answered, but no longer asked.</summary>
internal sealed record HalfClosed(Session Session) : Input;

/// <summary>Time has passed.</summary>
internal sealed record Tick : Input
{
    public static readonly Tick Instance = new();
}

internal sealed record Declared(SyncParty Party, PartySigns Signs) : Input;

/// <summary>A party and those under its name cannot be reached, or can be again.</summary>
internal sealed record ContactNoted(string Party, bool IsAway) : Input;

internal sealed record Ended(string Party, SyncPartyEnd End) : Input;

/// <summary>Whether parties nobody has declared may still come.</summary>
internal sealed record Opened(bool IsOpen) : Input;

internal sealed record Stopped : Input;
