namespace Streams.Results;

/// <summary>Hands out the names of one directory: each safe, none twice, and remembers what was changed.</summary>
internal sealed class SafeNames
{
    private readonly Lock _gate = new();

    // Guarded by _gate: the names given out, folded.
    private readonly HashSet<string> _taken = [];

    // Guarded by _gate: given name to original, where they differ.
    private readonly SortedDictionary<string, string> _changed = new(StringComparer.Ordinal);

    /// <summary>A safe name for the original, that nobody else was given.</summary>
    /// <param name="original">The name as its author wrote it.</param>
    /// <param name="maxBytes">Longest name wanted, in UTF-8.</param>
    /// <param name="ending">Kept whole at the end of the name, whatever its length.</param>
    public string Take(string original, int maxBytes = SafeName.DefaultBytes, string ending = "")
    {
        var safe = SafeName.Make(original, maxBytes) + ending;
        lock (_gate)
        {
            var name = safe;
            for (var n = 2; !_taken.Add(SafeName.Fold(name)); n++)
                name = $"{safe}~{n}";
            if (name != original + ending)
                _changed[name] = original;
            return name;
        }
    }

    /// <summary>The names that differ from their originals; null if there is none.</summary>
    public IReadOnlyDictionary<string, string>? Changed()
    {
        lock (_gate)
            return _changed.Count == 0 ? null : new SortedDictionary<string, string>(_changed, StringComparer.Ordinal);
    }
}
