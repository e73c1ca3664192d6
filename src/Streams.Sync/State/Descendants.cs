namespace Streams.Sync.State;

/// <summary>
/// Which parties that have not ended stand under which name, so that the end of one finds those that end with it
/// however many there have been.
/// </summary>
internal sealed class Descendants
{
    private readonly Dictionary<string, HashSet<Party>> _under = new(StringComparer.Ordinal);

    public void Add(Party party)
    {
        for (var slash = party.Name.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = party.Name.IndexOf('/', slash + 1))
            Add(party.Name.AsSpan(0, slash), party);
        if (party.Parent is { } parent)
            Add(parent, party);
    }

    public void Remove(Party party)
    {
        for (var slash = party.Name.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = party.Name.IndexOf('/', slash + 1))
            Remove(party.Name.AsSpan(0, slash), party);
        if (party.Parent is { } parent)
            Remove(parent, party);
    }

    /// <summary>Those under a name now; a copy, for they are about to end.</summary>
    public IReadOnlyList<Party> Of(string name) => _under.TryGetValue(name, out var parties) ? [.. parties] : [];

    private void Add(ReadOnlySpan<char> name, Party party)
    {
        var under = _under.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!under.TryGetValue(name, out var parties))
            under[name] = parties = [];
        parties.Add(party);
    }

    private void Remove(ReadOnlySpan<char> name, Party party)
    {
        var under = _under.GetAlternateLookup<ReadOnlySpan<char>>();
        if (under.TryGetValue(name, out var parties) && parties.Remove(party) && parties.Count == 0)
            under.Remove(name);
    }
}
