namespace Streams;

/// <summary>Why a host could not be reached or prepared.</summary>
public enum HostFailure
{
    /// <summary>None of the others; the message has the evidence.</summary>
    Unknown,

    /// <summary>The ssh command is missing or cannot be started, or refuses its configuration.</summary>
    ConnectorUnavailable,

    /// <summary>The host's name does not resolve.</summary>
    NameNotResolved,

    /// <summary>The host refused the connection, or there is no route to it.</summary>
    ConnectionRefused,

    /// <summary>The host did not answer in time.</summary>
    TimedOut,

    /// <summary>The host's key is not known.</summary>
    HostKeyUnknown,

    /// <summary>The host's key is another than the known one.</summary>
    HostKeyChanged,

    /// <summary>The host denied the login.</summary>
    LoginDenied,

    /// <summary>The host accepts the key, but it is locked by a pass phrase.</summary>
    KeyLocked,

    /// <summary>The connection was closed while it was being made.</summary>
    ConnectionClosed,

    /// <summary>The host logged us in but did not run the start line as a shell.</summary>
    NoShell,

    /// <summary>The host lacks something that the start needs, or another platform's programs would be needed.</summary>
    HostNotSuitable,

    /// <summary>Files could not be sent or stored there.</summary>
    UploadFailed,

    /// <summary>The agent did not start.</summary>
    AgentFailed,
}
