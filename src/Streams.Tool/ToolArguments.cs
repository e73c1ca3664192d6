namespace Streams.Tool;

/// <summary>A command line that was understood.</summary>
internal sealed record ToolArguments(string Command, IReadOnlyList<string> Hosts, string? SshConfig, bool Force)
{
    public SshOptions Ssh => new() { ConfigFile = SshConfig };

    /// <summary>Null if it is not one of ours.</summary>
    public static ToolArguments? Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || arguments[0] is not ("doctor" or "clean"))
            return null;
        var hosts = new List<string>();
        string? config = null;
        var force = false;
        for (var index = 1; index < arguments.Count; index++)
        {
            switch (arguments[index])
            {
                case "--force" when arguments[0] == "clean": force = true; break;
                case "--ssh-config" when index + 1 < arguments.Count: config = arguments[++index]; break;
                case var option when option.StartsWith('-'): return null;
                case var host: hosts.Add(host); break;
            }
        }

        return hosts.Count == 0 ? null : new ToolArguments(arguments[0], hosts, config, force);
    }
}
