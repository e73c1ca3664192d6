namespace Streams.Hosts;

/// <summary>The commands that a host's text can name: <c>podman:box</c> and its like. Another one is one more line here.</summary>
internal static class CommandHosts
{
    private static readonly CommandHost[] All =
    [
        new("netns", "network namespace", 1, name => ["ip", "netns", "exec", name]),
        new("podman", "container", 1, name => ["podman", "exec", "-i", name]),
        new("docker", "container", 1, name => ["docker", "exec", "-i", name]),
        new("kubectl", "pod", 3, Kubectl),
        new("sudo", "user name", 1, name => ["sudo", "-n", "-u", name, "--"]),
        new("srun", "node", 1, name => ["srun", "--unbuffered", "--nodes=1", "--ntasks=1", $"--nodelist={name}"]),
    ];

    public static CommandHost? Find(string scheme) => Array.Find(All, command => command.Scheme == scheme);

    /// <summary>Null if the name is one; else what is wrong with it. A name never begins as an option does.</summary>
    public static string? Check(CommandHost command, string name)
    {
        var parts = name.Split('/');
        if (parts.Any(part => part.Length == 0))
            return $"'{StreamHostParser.Shown(name)}' is not a valid {command.What}: {(name.Length == 0 ? "it" : "a part of it")} is empty";
        if (parts.Length > command.Parts)
            return StreamHostParser.Wrong(command.What, name, string.Join('/', parts[..command.Parts]).Length);
        for (var index = 0; index < name.Length; index++)
        {
            var isFirst = index == 0 || name[index - 1] == '/';
            if (name[index] != '/' && (!StreamHostParser.IsNameCharacter(name[index]) || (isFirst && name[index] == '-')))
                return StreamHostParser.Wrong(command.What, name, index);
        }

        return null;
    }

    /// <summary>A pod, or namespace/pod, or namespace/pod/container.</summary>
    private static string[] Kubectl(string name) => name.Split('/') switch
    {
        [var pod] => ["kubectl", "exec", "-i", pod, "--"],
        [var space, var pod] => ["kubectl", "exec", "-i", "-n", space, pod, "--"],
        [var space, var pod, var container] => ["kubectl", "exec", "-i", "-n", space, pod, "-c", container, "--"],
        _ => throw new ArgumentException("A pod has at most three parts.", nameof(name)),
    };

    /// <summary>One of the commands.</summary>
    /// <param name="Scheme">What stands before the colon.</param>
    /// <param name="What">What stands behind it, for messages.</param>
    /// <param name="Parts">How many parts, divided by slashes, it has at most.</param>
    /// <param name="Words">The command that runs the words put behind it in the place of that name.</param>
    internal sealed record CommandHost(string Scheme, string What, int Parts, Func<string, IReadOnlyList<string>> Words);
}
