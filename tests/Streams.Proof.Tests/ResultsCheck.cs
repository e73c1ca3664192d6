using System.Text.Json;

namespace Streams.Proof.Tests;

/// <summary>Looks at a results tree that some death left: every file under its final name has to be whole.</summary>
internal static class ResultsCheck
{
    /// <summary>What is wrong, a line each.</summary>
    public static IEnumerable<string> Wrong(string root, IReadOnlyCollection<string> ended)
    {
        if (!Directory.Exists(root))
            yield break;
        foreach (var file in Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            foreach (var problem in WrongIn(file, ended))
                yield return $"{Path.GetRelativePath(root, file)}: {problem}";
        }
    }

    private static IEnumerable<string> WrongIn(string file, IReadOnlyCollection<string> ended) => Path.GetExtension(file) switch
    {
        ".json" => WrongInJson(File.ReadAllText(file), ended),
        ".jsonl" => File.ReadAllText(file).Split('\n', StringSplitOptions.RemoveEmptyEntries).SelectMany(line => WrongInJson(line, ended)),
        _ => [],
    };

    private static IEnumerable<string> WrongInJson(string text, IReadOnlyCollection<string> ended)
    {
        JsonDocument document;
        string? problem = null;
        try
        {
            document = JsonDocument.Parse(text);
        }
        catch (JsonException exception)
        {
            document = null!;
            problem = $"is not whole: {exception.Message}";
        }

        if (problem is not null)
            return [problem];
        using (document)
            return [.. WrongVerdicts(document.RootElement, ended)];
    }

    /// <summary>A pass of a block that did not end by its own word, wherever it stands.</summary>
    private static IEnumerable<string> WrongVerdicts(JsonElement element, IReadOnlyCollection<string> ended)
    {
        if (element.ValueKind == JsonValueKind.Array)
            return element.EnumerateArray().SelectMany(item => WrongVerdicts(item, ended));
        if (element.ValueKind != JsonValueKind.Object)
            return [];
        var below = element.EnumerateObject().SelectMany(property => WrongVerdicts(property.Value, ended));
        var name = Text(element, "block") ?? Text(element, "name");
        return Text(element, "outcome") == "PASS" && name is { Length: > 2 } && !ended.Contains(name[2..])
            ? below.Append($"says PASS for {name}, which did not end by itself")
            : below;
    }

    private static string? Text(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
