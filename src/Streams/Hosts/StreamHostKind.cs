namespace Streams.Hosts;

/// <summary>How a host's blocks are reached.</summary>
internal enum StreamHostKind
{
    /// <summary>By a way of hops that begins with ssh.</summary>
    Ssh,

    /// <summary>By a way of hops that begins with another command on this machine.</summary>
    Command,

    /// <summary>By a connector of the author's.</summary>
    Connector,

    /// <summary>Workers of this machine.</summary>
    Local,

    /// <summary>The test's own process.</summary>
    InProcess,
}
