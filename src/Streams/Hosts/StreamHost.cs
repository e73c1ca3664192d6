using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Streams.Hosts;

namespace Streams;

/// <summary>
/// A place where streams run: this machine, the test's own process, another host reached over ssh, or whatever a command gives a shell in. Written
/// <c>local</c>, <c>inproc</c>, <c>host</c>, <c>user@host:port</c>, <c>ssh://user@host:port</c>, <c>[::1]</c>, <c>netns:name</c>,
/// <c>podman:name</c>, <c>docker:name</c>, <c>kubectl:namespace/pod/container</c>, <c>sudo:user</c>, <c>srun:node</c>, and
/// <c>web2&gt;netns:blue</c> for a way through several of them.
/// </summary>
/// <remarks>
/// The text is checked against allow-lists before anything is started: no part of it can reach a shell or be read as
/// an option. A bare <c>localhost</c> means this machine's own workers; <c>ssh://localhost</c> goes over ssh.
/// </remarks>
public sealed class StreamHost : IEquatable<StreamHost>
{
    private static readonly string[] Shells = ["sh", "bash", "dash", "ash", "ksh", "zsh"];

    private readonly string _text;
    private readonly IHostConnector? _connector;

    internal StreamHost(string text, string name, StreamHostKind kind, IReadOnlyList<HostHop> way, IHostConnector? connector = null)
    {
        _text = text;
        Name = name;
        Kind = kind;
        Way = way;
        _connector = connector;
    }

    /// <summary>This machine, with workers of its own.</summary>
    public static StreamHost Local { get; } = new("localhost", "localhost", StreamHostKind.Local, []);

    /// <summary>
    /// The test's own process, for debugging: the same blocks, captures and results, run on a thread, so that breakpoints are hit.
    /// Nothing is isolated there, and a block that does not look at its cancellation cannot be ended. Written <c>inproc</c>; the
    /// environment variable <c>STREAMS_INPROC=1</c> turns all of this machine's streams into such ones.
    /// </summary>
    public static StreamHost InProcess { get; } = new("inproc", "inproc", StreamHostKind.InProcess, []);

    /// <summary>
    /// The host's name, address, or alias of the ssh configuration, without brackets; of a command, what it was named by.
    /// At the end of a way through several hosts it is the last one's.
    /// </summary>
    public string Name { get; }

    /// <summary>The user to log in as by ssh; null leaves it to ssh.</summary>
    public string? User => (Last as SshHop)?.User;

    /// <summary>The port of ssh; null leaves it to ssh.</summary>
    public int? Port => (Last as SshHop)?.Port;

    /// <summary>True if the host is this machine, with no connection in between.</summary>
    public bool IsLocal => Kind is StreamHostKind.Local or StreamHostKind.InProcess;

    internal StreamHostKind Kind { get; }

    /// <summary>The steps from this machine to the host; none for this machine and for an author's connector.</summary>
    internal IReadOnlyList<HostHop> Way { get; }

    private HostHop? Last => Way.Count == 0 ? null : Way[^1];

    /// <summary>A host reached over ssh, as the user's own configuration reaches it.</summary>
    /// <param name="host">Its name, address, or alias of the ssh configuration.</param>
    /// <param name="user">The user to log in as; null leaves it to ssh.</param>
    /// <param name="port">The port; null leaves it to ssh.</param>
    /// <exception cref="FormatException">One of them is not valid; the message names the character.</exception>
    public static StreamHost Ssh(string host, string? user = null, int? port = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        var name = host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]" : host;
        return Parse(string.Create(CultureInfo.InvariantCulture, $"ssh://{(user is null ? "" : user + "@")}{name}{(port is null ? "" : $":{port}")}"));
    }

    /// <summary>A place that a command on this machine gives a POSIX shell in, on its standard input and output.</summary>
    /// <param name="name">Its name, for messages and as the name of its streams.</param>
    /// <param name="command">
    /// The command and its arguments, the shell included: <c>["ip", "netns", "exec", "blue", "sh"]</c>. Each is a word of its
    /// own; no shell of this machine sees them.
    /// </param>
    /// <exception cref="ArgumentException">The name or the command is empty, or a word has a NUL character.</exception>
    public static StreamHost Command(string name, IReadOnlyList<string> command)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(command);
        if (name.Any(char.IsControl))
            throw new ArgumentException("A host's name must not have control characters.", nameof(name));
        if (command.Count == 0 || command[0].Length == 0 || command.Any(word => word.Contains('\0', StringComparison.Ordinal)))
            throw new ArgumentException("A command is needed, and its words must not have NUL characters.", nameof(command));
        var shell = command.Count > 1 && Shells.Contains(Path.GetFileName(command[^1])) ? command[^1] : null;
        var hop = CommandHop.Of(shell is null ? command : command.SkipLast(1), shell);
        return new StreamHost(name, name, StreamHostKind.Command, [hop]);
    }

    /// <summary>A place that a connector of the author's reaches.</summary>
    public static StreamHost From(IHostConnector connector)
    {
        ArgumentNullException.ThrowIfNull(connector);
        return new StreamHost(connector.Host, connector.Host, StreamHostKind.Connector, [], connector);
    }

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

    /// <summary>
    /// The host that the environment variable <c>STREAMS_HOSTS</c> gives this name, else the host that the text is itself.
    /// The variable reads <c>server=root@db1,client=web2</c>, so that tests name roles and the machine names hosts.
    /// </summary>
    /// <exception cref="FormatException">The variable or the text is not valid; the message names the character.</exception>
    public static StreamHost Find(string nameOrHost) => Find(nameOrHost, out _);

    /// <summary>
    /// The place that is reached from this one: <c>Ssh("gate").Then(Parse("netns:blue"))</c> is a namespace of the host gate.
    /// Commands run, and configuration and keys are looked for, at the place before.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The next one is not reached by ssh or a command, or nothing can follow this one: it is a connector of the author's, the
    /// test's own process, or a command that does not end in the name of a shell.
    /// </exception>
    public StreamHost Then(StreamHost next)
    {
        ArgumentNullException.ThrowIfNull(next);
        if (next.Way.Count == 0)
            throw new ArgumentException($"'{next}' is not reached by ssh or a command, and so cannot follow '{this}'.", nameof(next));
        if (Kind == StreamHostKind.Local)
            return next;
        if (Way.Count == 0 || Way[^1] is CommandHop { ShellName: null })
            throw new ArgumentException($"Nothing can follow '{this}': only ssh, and a command whose last word is a shell, can run another command.", nameof(next));
        return new StreamHost($"{_text}{StreamHostParser.Onward}{next._text}", next.Name, Kind, [.. Way, .. next.Way]);
    }

    /// <summary>True if both mean the same place, however they were written.</summary>
    public bool Equals(StreamHost? other) =>
        other is not null && Kind == other.Kind && Equals(_connector, other._connector) && Way.SequenceEqual(other.Way);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StreamHost);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, _connector, Way.Count, Last);

    /// <summary>True if both mean the same place.</summary>
    public static bool operator ==(StreamHost? left, StreamHost? right) => left is null ? right is null : left.Equals(right);

    /// <summary>True if they mean different places.</summary>
    public static bool operator !=(StreamHost? left, StreamHost? right) => !(left == right);

    /// <summary>The host as it was written.</summary>
    public override string ToString() => _text;

    /// <summary>The same, and whether it was a name.</summary>
    internal static StreamHost Find(string nameOrHost, out bool isNamed)
    {
        ArgumentNullException.ThrowIfNull(nameOrHost);
        var named = HostMap.FromEnvironment().Find(nameOrHost);
        isNamed = named is not null;
        return named ?? Parse(nameOrHost);
    }

    /// <summary>What reaches it.</summary>
    internal IHostConnector CreateConnector(SshOptions options) => Kind switch
    {
        StreamHostKind.Connector => _connector!,
        StreamHostKind.Ssh => new SshConnector(this, options),
        StreamHostKind.Command => new CommandConnector(_text, HostHop.Onward(Way)),
        _ => throw new InvalidOperationException($"'{this}' is this machine, and needs no connection."),
    };

    /// <summary>The host and its port as known_hosts and ssh-keygen spell them.</summary>
    internal static string KnownHostsName(string name, int port) =>
        port == 22 ? name : string.Create(CultureInfo.InvariantCulture, $"[{name}]:{port}");
}
