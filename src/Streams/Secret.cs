using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Streams;

/// <summary>
/// A password or pass phrase. It never prints: not as text, not in a debugger, not as JSON. A block cannot capture or
/// return it, unless <see cref="MayTravel"/> says so.
/// </summary>
/// <remarks>
/// Its characters are overwritten by <see cref="Dispose"/>. The string that it was made of is not: read it from a file or
/// a vault rather than from the source.
/// </remarks>
[DebuggerDisplay(Hidden)]
[DebuggerTypeProxy(typeof(Nothing))]
[JsonConverter(typeof(HiddenJson))]
public sealed class Secret : IDisposable
{
    private const string Hidden = "***";

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly char[] _value;
    private bool _isDisposed;

    /// <summary>Keeps a copy of the text.</summary>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public Secret(ReadOnlySpan<char> value)
    {
        if (value.IsEmpty)
            throw new ArgumentException("A secret must not be empty.", nameof(value));
        _value = value.ToArray();
    }

    /// <summary>Whether a block may capture it, so that it is sent to the block's process, and to its host.</summary>
    /// <value>False by default: such a block is refused at the call.</value>
    public bool MayTravel { get; init; }

    /// <summary>The text itself. From here on it is the caller's to keep out of logs and command lines.</summary>
    /// <exception cref="ObjectDisposedException">It has been overwritten.</exception>
    public string Reveal()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new string(_value);
    }

    /// <summary>Three asterisks.</summary>
    public override string ToString() => Hidden;

    /// <summary>Overwrites the characters that it keeps.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Array.Clear(_value);
    }

    /// <summary>The text with what would give the secret away replaced: the last net under what other programs print.</summary>
    internal string Redact(string text) => _isDisposed ? text : text.Replace(new string(_value), Hidden, StringComparison.Ordinal);

    /// <summary>All that a debugger shows.</summary>
    private sealed class Nothing
    {
        public Nothing(Secret secret) => _ = secret;
    }

    private sealed class HiddenJson : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("A secret is never written as JSON, and so cannot be read from it.");

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) => writer.WriteStringValue(Hidden);
    }
}
