using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Streams.Processes;

namespace Streams.Hosts;

/// <summary>Reads <see cref="StreamHost"/> from text against allow-lists, and says which character is wrong.</summary>
internal static class StreamHostParser
{
    /// <summary>Stands between the steps of a way.</summary>
    public const char Onward = '>';

    private const string Scheme = "ssh://";
    private const int MaxNameLength = 253;
    private const int MaxUserLength = 64;
    private const int MaxShown = 60;

    public static bool TryParse(string text, [NotNullWhen(true)] out StreamHost? host, [NotNullWhen(false)] out string? error)
    {
        host = null;
        var steps = text.Split(Onward);
        foreach (var step in steps)
        {
            if (!TryParseStep(steps.Length == 1 ? step : step.Trim(' '), out var next, out error))
                return false;
            if (host is not null && (host.Way.Count == 0 || next.Way.Count == 0))
            {
                error = $"'{Shown(text)}' is not a valid way to a host: {(next.Way.Count == 0 ? $"'{next}' can only stand alone" : $"nothing can follow '{host}'")}";
                host = null;
                return false;
            }

            host = host?.Then(next) ?? next;
        }

        error = null;
        return host is not null;
    }

    private static bool TryParseStep(string text, [NotNullWhen(true)] out StreamHost? host, [NotNullWhen(false)] out string? error)
    {
        error = null;
        host = text switch
        {
            "local" or "localhost" => StreamHost.Local,
            "inproc" => StreamHost.InProcess,
            _ => null,
        };
        if (host is not null)
            return true;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && CommandHosts.Find(text[..colon]) is { } command)
        {
            var name = text[(colon + 1)..];
            error = CommandHosts.Check(command, name);
            if (error is null)
                host = new StreamHost(text, name, StreamHostKind.Command, [CommandHop.Of(command.Words(name))]);
            return error is null;
        }

        return TryParseSsh(text, out host, out error);
    }

    private static bool TryParseSsh(string text, [NotNullWhen(true)] out StreamHost? host, [NotNullWhen(false)] out string? error)
    {
        host = null;
        var rest = text;
        if (rest.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[Scheme.Length..];
            if (rest.EndsWith('/'))
                rest = rest[..^1];
        }

        string? user = null;
        var at = rest.LastIndexOf('@');
        if (at >= 0)
        {
            user = rest[..at];
            rest = rest[(at + 1)..];
        }

        string? name = null;
        int? port = null;
        error = user is null ? null : CheckUser(user);
        error ??= SplitPort(rest, out name, out port);
        if (error is null)
            host = new StreamHost(text, name!, StreamHostKind.Ssh, [new SshHop(name!, user, port)]);
        return error is null;
    }

    private static string? CheckUser(string user)
    {
        if (user.Length == 0)
            return "'' is not a valid user name: it is empty";
        if (user.Length > MaxUserLength)
            return $"'{Shown(user)}' is not a valid user name: longer than {MaxUserLength} characters";
        for (var i = 0; i < user.Length; i++)
        {
            // OpenSSH itself lets '$', '\' and blanks through; a user's ProxyCommand would hand them to a shell.
            if (!(IsNameCharacter(user[i]) || user[i] is '@' or '+') || (i == 0 && user[i] == '-'))
                return Wrong("user name", user, i);
        }

        return null;
    }

    private static string? SplitPort(string text, out string? name, out int? port)
    {
        name = null;
        port = null;
        string? portText = null;
        if (text.StartsWith('['))
        {
            var close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0)
                return $"'{Shown(text)}' is not a valid host name: ']' is missing";
            name = text[1..close];
            if (close + 1 < text.Length)
            {
                if (text[close + 1] != ':')
                    return Wrong("host name", text, close + 1);
                portText = text[(close + 2)..];
            }

            return CheckAddress(ref name) ?? CheckPort(portText, out port);
        }

        name = text;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && text.IndexOf(':', colon + 1) >= 0)
            return CheckAddress(ref name);
        if (colon >= 0)
        {
            name = text[..colon];
            portText = text[(colon + 1)..];
        }

        return CheckName(name) ?? CheckPort(portText, out port);
    }

    private static string? CheckName(string name)
    {
        if (name.Length == 0)
            return "'' is not a valid host name: it is empty";
        for (var i = 0; i < name.Length; i++)
        {
            if (!IsNameCharacter(name[i]) || (i == 0 && name[i] == '-'))
                return Wrong("host name", name, i);
        }

        return name.Length <= MaxNameLength ? null : $"'{Shown(name)}' is not a valid host name: longer than {MaxNameLength} characters";
    }

    private static string? CheckAddress(ref string address)
    {
        var zone = address.IndexOf('%', StringComparison.Ordinal);
        for (var i = 0; i < address.Length; i++)
        {
            var fits = i == zone || (zone >= 0 && i > zone ? IsNameCharacter(address[i]) : IsAddressCharacter(address[i]));
            if (!fits)
                return Wrong("host name", address, i);
        }

        if (!IPAddress.TryParse(address, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
        {
            // A zone that this machine does not have does not parse; the address before it must.
            var bare = zone >= 0 ? address[..zone] : address;
            if (zone < 0 || zone == address.Length - 1 || !IPAddress.TryParse(bare, out parsed))
                return $"'{Shown(address)}' is not a valid host name: not an IPv6 address";
        }

        if (zone < 0)
            address = parsed.ToString();
        return null;
    }

    private static string? CheckPort(string? text, out int? port)
    {
        port = null;
        if (text is null)
            return null;
        if (text.Length is 0 or > 5 || !text.All(char.IsAsciiDigit)
            || int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) is not (>= 1 and <= 65535 and var number))
            return $"'{Shown(text)}' is not a valid port: a number from 1 to 65535 is needed";
        port = number;
        return null;
    }

    internal static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';

    private static bool IsAddressCharacter(char c) => char.IsAsciiHexDigit(c) || c is ':' or '.';

    internal static string Wrong(string what, string text, int index)
    {
        var c = text[index];
        var shown = char.IsAscii(c) && !char.IsControl(c) ? $"'{c}'" : string.Create(CultureInfo.InvariantCulture, $"U+{(int)c:X4}");
        return string.Create(CultureInfo.InvariantCulture, $"'{Shown(text)}' is not a valid {what}: character {shown} at {index + 1}");
    }

    internal static string Shown(string text) =>
        PrintableText.CleanLine(text.Length <= MaxShown ? text : text[..MaxShown] + "...");
}
