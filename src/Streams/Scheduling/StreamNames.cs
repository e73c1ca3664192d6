using System.Globalization;
using System.Text;

namespace Streams.Scheduling;

/// <summary>Names of streams: unique in their collection, also where case or composition of letters do not count.</summary>
internal static class StreamNames
{
    private const int LongestName = 100;

    public static string Choose(string? name, string host, IEnumerable<string> used)
    {
        var taken = used.Select(Key).ToHashSet(StringComparer.Ordinal);
        if (name is null)
            return Default(host, taken);
        Check(name);
        if (taken.Contains(Key(name)))
            throw new ArgumentException($"The stream name '{name}' is used already in this collection; the results of both would share a directory.", nameof(name));
        return name;
    }

    private static string Default(string host, HashSet<string> taken)
    {
        var free = host;
        for (var number = 2; taken.Contains(Key(free)); number++)
            free = string.Create(CultureInfo.InvariantCulture, $"{host}-{number}");
        return free;
    }

    private static void Check(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new ArgumentException("A stream's name must not be empty; leave it out to name the stream after its host.", nameof(name));
        if (Encoding.UTF8.GetByteCount(name) > LongestName)
            throw new ArgumentException($"The stream name '{name[..20]}...' is longer than {LongestName} bytes.", nameof(name));
        if (name.Any(char.IsControl))
            throw new ArgumentException("A stream's name must not contain control characters.", nameof(name));
    }

    private static string Key(string name) => name.Normalize(NormalizationForm.FormC).ToUpperInvariant();
}
