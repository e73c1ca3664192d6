using System.Globalization;
using System.Text;
using Streams.Processes;

namespace Streams.Scheduling;

/// <summary>Names of streams: unique in their collection, also where case or composition of letters do not count.</summary>
internal static class StreamNames
{
    private const int LongestName = 1000;

    /// <param name="name">As the author wants it; null: after the host.</param>
    /// <param name="host">The new stream's host.</param>
    /// <param name="used">Names and hosts of the streams that there are.</param>
    /// <exception cref="ArgumentException">It cannot be a name, or is another's.</exception>
    public static string Choose(string? name, string host, IReadOnlyList<(string Name, string Host)> used)
    {
        if (name is null)
            return Default(host, [.. used.Select(stream => Key(stream.Name))]);
        Check(name);
        var taken = used.Index().FirstOrDefault(stream => Key(stream.Item.Name) == Key(name));
        if (taken.Item.Name is { } other)
        {
            throw new ArgumentException(
                $"The stream name '{PrintableText.CleanLine(name)}' is used already, by stream {taken.Index + 1} ('{PrintableText.CleanLine(other)}' on {PrintableText.CleanLine(taken.Item.Host)}); the results of both would share a directory.",
                nameof(name));
        }

        return name;
    }

    private static string Default(string host, HashSet<string> taken)
    {
        var free = host;
        for (var number = 2; taken.Contains(Key(free)); number++)
            free = string.Create(CultureInfo.InvariantCulture, $"{host}-{number}");
        return free;
    }

    /// <summary>Refuses what cannot be printed in a line, or would not be found again.</summary>
    public static void Check(string name, string what = "stream")
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new ArgumentException(what == "stream" ? "A stream's name must not be empty; leave it out to name the stream after its host." : $"A {what}'s name must not be empty; leave it out to have one made.", nameof(name));
        if (Encoding.UTF8.GetByteCount(name) > LongestName)
            throw new ArgumentException($"The {what} name '{PrintableText.CleanLine(name[..20])}...' is longer than {LongestName} bytes.", nameof(name));
        if (name.Any(char.IsControl))
            throw new ArgumentException($"A {what}'s name must not contain control characters: '{PrintableText.CleanLine(name)}'.", nameof(name));
    }

    private static string Key(string name) => name.Normalize(NormalizationForm.FormC).ToUpperInvariant();
}
