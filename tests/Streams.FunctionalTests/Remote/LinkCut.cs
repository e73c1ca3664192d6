namespace Streams.FunctionalTests.Remote;

/// <summary>How a connection to a host of the bed comes to its end.</summary>
internal enum LinkCut
{
    /// <summary>The host's kernel resets it.</summary>
    Reset,

    /// <summary>Our ssh process is killed.</summary>
    SshKilled,

    /// <summary>The host's process of this login is killed.</summary>
    SshdKilled,

    /// <summary>No packet passes any more, for a while, and nobody says so.</summary>
    Silence,
}
