using System.Diagnostics.CodeAnalysis;
using System.Text;
using Google.Protobuf;

namespace Streams;

/// <summary>What a command reads from its standard input: a text (as UTF-8) or bytes, at most 16 MiB. Both convert to it by themselves.</summary>
[SuppressMessage("Usage", "CA2225", Justification = "The constructors are the named alternative to the conversions.")]
public sealed class CommandInput
{
    private const int Longest = Wire.WireLimits.MaxValue;

    /// <summary>A text, as UTF-8, with nothing added: most programs want a line end after the last line.</summary>
    /// <exception cref="ArgumentException">It is longer than 16 MiB.</exception>
    public CommandInput(string text)
        : this(Encoding.UTF8.GetBytes(text ?? throw new ArgumentNullException(nameof(text))))
    {
    }

    /// <summary>Bytes, which are copied.</summary>
    /// <exception cref="ArgumentException">They are more than 16 MiB.</exception>
    public CommandInput(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Longest)
            throw new ArgumentException($"A command's input may have {Longest:N0} bytes, not {bytes.Length:N0}; write it to a file, and let the command read that.", nameof(bytes));
        Bytes = ByteString.CopyFrom(bytes);
    }

    internal ByteString Bytes { get; }

    /// <summary>A text as input.</summary>
    public static implicit operator CommandInput(string text) => new(text);

    /// <summary>Bytes as input.</summary>
    public static implicit operator CommandInput(byte[] bytes) => new(bytes.AsSpan());

    /// <summary>How much there is; the content may be a secret.</summary>
    public override string ToString() => $"{Bytes.Length:N0} bytes of input";
}
