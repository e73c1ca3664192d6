namespace Streams.Hosts;

/// <summary>How a host's blocks are reached.</summary>
internal enum StreamHostKind
{
    Ssh,
    Local,
    InProcess,
}
