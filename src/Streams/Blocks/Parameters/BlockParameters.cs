using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Streams.Blocks.Parameters;

namespace Streams;

/// <summary>The parameters that a block was given, by name (<see cref="BlockOptions.Parameters"/>).</summary>
[SuppressMessage("Naming", "CA1710", Justification = "Parameters are what they are called; that they are a dictionary is secondary.")]
public sealed class BlockParameters : IReadOnlyDictionary<string, object?>
{
    private readonly IReadOnlyDictionary<string, object?> _values;

    internal BlockParameters(IReadOnlyDictionary<string, object?> values) => _values = values;

    /// <summary>No parameters.</summary>
    public static BlockParameters Empty { get; } = new(System.Collections.Frozen.FrozenDictionary<string, object?>.Empty);

    /// <inheritdoc/>
    public int Count => _values.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _values.Keys;

    /// <inheritdoc/>
    public IEnumerable<object?> Values => _values.Values;

    /// <summary>The parameter with this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message names those that there are.</exception>
    public object? this[string key] => _values.TryGetValue(key, out var value)
        ? value
        : throw new KeyNotFoundException($"No parameter '{key}' was given; there are: {(Count == 0 ? "none" : string.Join(", ", Keys))}.");

    /// <summary>The parameter with this name, converted where that loses nothing: "5" and 5L are as good as 5.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message names those that there are.</exception>
    /// <exception cref="FormatException">It is of another type and cannot be converted.</exception>
    public T Get<T>(string name) => (T)ParameterBinding.Convert(this[name], typeof(T), name)!;

    /// <summary>The parameter with this name, or a default where none was given.</summary>
    /// <inheritdoc cref="Get{T}(string)" path="/exception[@cref='FormatException']"/>
    public T Get<T>(string name, T defaultValue) => ContainsKey(name) ? Get<T>(name) : defaultValue;

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _values.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value) => _values.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
