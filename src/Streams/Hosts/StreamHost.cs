using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Streams.Hosts;

namespace Streams;

/// <summary>
/// A place where streams run: this machine, the test's own process, or another host reached over ssh. Written
/// <c>local</c> or <c>localhost</c>, <c>inproc</c>, <c>host</c>, <c>user@host:port</c>, <c>ssh://user@host:port</c>, <c>[::1]</c>.
/// </summary>
/// <remarks>
/// The text is checked against allow-lists before anything is started: no part of it can reach a shell or be read as
/// an option of ssh. A bare <c>localhost</c> means this machine's own workers; <c>ssh://localhost</c> goes over ssh.
/// </remarks>
public sealed class StreamHost : IEquatable<StreamHost>
{
    private readonly string _text;

    internal StreamHost(string text, string name, string? user = null, int? port = null, StreamHostKind kind = StreamHostKind.Ssh)
    {
        _text = text;
        Name = name;
        User = user;
        Port = port;
        Kind = kind;
    }

    /// <summary>This machine, with workers of its own.</summary>
    public static StreamHost Local { get; } = new("localhost", "localhost", kind: StreamHostKind.Local);

    /// <summary>
    /// The test's own process, for debugging: the same blocks, captures and results, run on a thread, so that breakpoints are hit.
    /// Nothing is isolated there, and a block that does not look at its cancellation cannot be ended. Written <c>inproc</c>; the
    /// environment variable <c>STREAMS_INPROC=1</c> turns all of this machine's streams into such ones.
    /// </summary>
    public static StreamHost InProcess { get; } = new("inproc", "inproc", kind: StreamHostKind.InProcess);

    /// <summary>The host's name, address, or alias of the ssh configuration, without brackets.</summary>
    public string Name { get; }

    /// <summary>The user to log in as; null leaves it to ssh.</summary>
    public string? User { get; }

    /// <summary>The port; null leaves it to ssh.</summary>
    public int? Port { get; }

    /// <summary>True if the host is this machine, not reached over ssh.</summary>
    public bool IsLocal => Kind != StreamHostKind.Ssh;

    internal StreamHostKind Kind { get; }

    /// <summary>Reads a host from its text.</summary>
    /// <exception cref="FormatException">The text is not a valid host; the message names the character.</exception>
    public static StreamHost Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return StreamHostParser.TryParse(text, out var host, out var error) ? host : throw new FormatException(error);
    }

    /// <summary>Reads a host from its text, and answers false if it is not a valid one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out StreamHost? host)
    {
        host = null;
        return text is not null && StreamHostParser.TryParse(text, out host, out _);
    }

    /// <summary>True if both mean the same place, however they were written.</summary>
    public bool Equals(StreamHost? other) =>
        other is not null && Kind == other.Kind && Port == other.Port
        && string.Equals(User, other.User, StringComparison.Ordinal)
        && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StreamHost);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(Kind, Port, User, StringComparer.OrdinalIgnoreCase.GetHashCode(Name));

    /// <summary>True if both mean the same place.</summary>
    public static bool operator ==(StreamHost? left, StreamHost? right) => left is null ? right is null : left.Equals(right);

    /// <summary>True if they mean different places.</summary>
    public static bool operator !=(StreamHost? left, StreamHost? right) => !(left == right);

    /// <summary>The host as it was written.</summary>
    public override string ToString() => _text;

    /// <summary>The host and its port as known_hosts and ssh-keygen spell them.</summary>
    internal static string KnownHostsName(string name, int port) =>
        port == 22 ? name : string.Create(CultureInfo.InvariantCulture, $"[{name}]:{port}");
}
