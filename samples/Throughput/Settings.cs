using System.Globalization;

namespace Throughput;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings(string ServerHost, string ClientHost, string? SshConfig, int Seconds, int Connections)
{
    public static Settings? Parse(string[] args)
    {
        var settings = new Settings("localhost", "localhost", SshConfig: null, Seconds: 3, Connections: 4);
        for (var index = 0; index < args.Length; index += 2)
        {
            if (index + 1 == args.Length || settings.With(args[index], args[index + 1]) is not { } next)
                return null;
            settings = next;
        }

        return settings;
    }

    private Settings? With(string option, string value) => option switch
    {
        "--hosts" when value.Split(',') is [var server, var client] => this with { ServerHost = server, ClientHost = client },
        "--ssh-config" => this with { SshConfig = value },
        "--seconds" when Positive(value) is { } seconds => this with { Seconds = seconds },
        "--connections" when Positive(value) is { } connections => this with { Connections = connections },
        _ => null,
    };

    private static int? Positive(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 3600 ? number : null;
}
