using System.Text;

namespace Streams.Results;

/// <summary>The name of a file from a host: checked, and made into one that this machine's file system takes.</summary>
internal static class IncomingName
{
    public const int MostDepth = 32;
    private const int LongestComponent = 255;
    private const int LongestName = 4096;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The components of the name as they are to be used here.</summary>
    /// <param name="name">Bytes as on the host, separated by slashes.</param>
    /// <param name="portable">True to use only names that every file system takes, as on Windows.</param>
    /// <exception cref="HostileNameException">The name would lead out of its directory, or cannot be a file's name at all.</exception>
    public static string[] Parse(ReadOnlySpan<byte> name, bool portable)
    {
        if (name.IsEmpty || name.Length > LongestName)
            throw Hostile(name, name.IsEmpty ? "it is empty" : $"it is longer than {LongestName} bytes");
        var components = new List<string>();
        foreach (var range in name.Split((byte)'/'))
            components.Add(Component(name, name[range], portable));
        return [.. components];
    }

    /// <summary>The name for messages, whatever its bytes.</summary>
    public static string Show(ReadOnlySpan<byte> name) => Printable.Line(Encoding.UTF8.GetString(name.Length > 300 ? name[..300] : name));

    private static string Component(ReadOnlySpan<byte> name, ReadOnlySpan<byte> component, bool portable)
    {
        if (component.IsEmpty)
            throw Hostile(name, "a part of it is empty");
        if (component.SequenceEqual("."u8) || component.SequenceEqual(".."u8))
            throw Hostile(name, "a part of it leads out of its directory");
        if (component.Contains((byte)0))
            throw Hostile(name, "it contains a NUL");
        if (component.Length > LongestComponent)
            throw Hostile(name, $"a part of it is longer than {LongestComponent} bytes");
        var text = Decode(component);
        return portable ? SafeName.Make(text, LongestComponent - 16) : text;
    }

    // .NET file names are text. A name that is not UTF-8 would come out as another one, and two such as the same.
    private static string Decode(ReadOnlySpan<byte> component)
    {
        try
        {
            return Strict.GetString(component);
        }
        catch (DecoderFallbackException)
        {
            var text = new StringBuilder();
            foreach (var value in component)
                text.Append(char.IsAscii((char)value) && value != '%' ? ((char)value).ToString() : $"%{value:X2}");
            return text.Length <= LongestComponent ? text.ToString() : SafeName.Make(text.ToString(), LongestComponent);
        }
    }

    private static HostileNameException Hostile(ReadOnlySpan<byte> name, string why) =>
        new($"The host sent a file named '{Show(name)}': {why}. No file of this name was written; the host is not to be trusted.");
}
