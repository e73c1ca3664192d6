using System.Globalization;
using Streams.Processes;

namespace Streams.Hosts;

/// <summary>One step of the way to a host: how a command line is run one place further on.</summary>
internal abstract record HostHop
{
    /// <summary>The command that gives a shell at the end of a way.</summary>
    public static IReadOnlyList<string> Shell { get; } = ["sh"];

    /// <summary>The command line that, run before the step, runs this one behind it on the same standard input and output.</summary>
    public abstract IReadOnlyList<string> Around(IReadOnlyList<string> inner);

    /// <summary>The command line that gives a shell behind all the steps.</summary>
    public static IReadOnlyList<string> Onward(IEnumerable<HostHop> way) =>
        way.Reverse().Aggregate(Shell, (inner, hop) => hop.Around(inner));
}

/// <summary>A command that runs another one somewhere else: ip netns exec, sudo, podman exec.</summary>
/// <param name="Text">Its words, one a line: what makes two of them equal.</param>
/// <param name="ShellName">The word that gives a shell and that another command may stand for; null: nothing can follow.</param>
internal sealed record CommandHop(string Text, string? ShellName) : HostHop
{
    // Words of a command line have no NUL.
    private const char Separator = '\0';

    public IReadOnlyList<string> Words => Text.Split(Separator);

    public static CommandHop Of(IEnumerable<string> words, string? shell = "sh") => new(string.Join(Separator, words), shell);

    public override IReadOnlyList<string> Around(IReadOnlyList<string> inner) =>
        ReferenceEquals(inner, Shell) ? (ShellName is null ? Words : [.. Words, ShellName]) : [.. Words, .. inner];
}

/// <summary>A login by ssh.</summary>
/// <param name="Name">Name, address, or alias of the ssh configuration at the place before.</param>
/// <param name="User">The user to log in as; null leaves it to ssh.</param>
/// <param name="Port">The port; null leaves it to ssh.</param>
internal sealed record SshHop(string Name, string? User, int? Port) : HostHop
{
    /// <summary>What would forward, multiplex or ask is switched off, whatever the user's configuration says (4d).</summary>
    public static IReadOnlyList<string> FixedOptions { get; } =
    [
        "StrictHostKeyChecking=yes",
        "ServerAliveInterval=5",
        "ServerAliveCountMax=3",
        "ForwardAgent=no",
        "ForwardX11=no",
        "ClearAllForwardings=yes",
        "PermitLocalCommand=no",
        "ControlMaster=no",
        "ControlPath=none", // A shared master outlives us, and tells nothing about its own login.
        "RemoteCommand=none",
        "EscapeChar=none",
    ];

    /// <summary>From a host in the middle of a way: with that host's own configuration and keys, and never a question.</summary>
    public override IReadOnlyList<string> Around(IReadOnlyList<string> inner) =>
    [
        "ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", .. FixedOptions.SelectMany(option => new[] { "-o", option }), .. Destination(inner),
    ];

    /// <summary>The last words of an ssh command line. Whatever is in them, none is read as an option.</summary>
    public IReadOnlyList<string> Destination(IReadOnlyList<string> inner)
    {
        List<string> words = [];
        if (User is not null)
            words.AddRange(["-l", User]);
        if (Port is { } port)
            words.AddRange(["-p", port.ToString(CultureInfo.InvariantCulture)]);
        return [.. words, "--", Name, "exec " + ShellQuoting.Join(inner)];
    }

    /// <summary>A host's name has no case; a user's has.</summary>
    public bool Equals(SshHop? other) =>
        other is not null && Port == other.Port
        && string.Equals(User, other.User, StringComparison.Ordinal)
        && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => HashCode.Combine(Port, User, StringComparer.OrdinalIgnoreCase.GetHashCode(Name));
}
