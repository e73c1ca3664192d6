using System.Text.RegularExpressions;

namespace Streams.FunctionalTests.Packages;

/// <summary>The C# of a document, as somebody would paste it.</summary>
internal static partial class CodeInDocument
{
    /// <summary>Marks a line that one of the two xunits does not want, as the reader is told.</summary>
    private const string NotWithV3 = "not with xunit v3";

    private static readonly string[] Given = ["StreamCollection streams", "ExecutionStream client"];

    [GeneratedRegex(@"^```csharp\r?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block { get; }

    public static IReadOnlyList<string> Read(string document) =>
        [.. Block.Matches(File.ReadAllText(Path.Combine(Repository.Root, document))).Select(match => match.Groups[1].Value)];

    /// <summary>The code as a file: a whole one as it stands; statements inside a method, with the names that the text spoke of.</summary>
    public static string AsFile(string code, string name, bool xunit3)
    {
        if (code.Contains("class ", StringComparison.Ordinal) || code.Contains("public record ", StringComparison.Ordinal))
            return xunit3 ? string.Join('\n', code.Split('\n').Where(line => !line.Contains(NotWithV3, StringComparison.Ordinal))) : code;
        var given = Given.Where(parameter => !code.Contains($"var {parameter.Split(' ')[1]} =", StringComparison.Ordinal));
        return $$"""
            using Streams;
            using Streams.Sync;

            internal static class {{name}}
            {
                public static async Task Run({{string.Join(", ", given)}})
                {
                    await Task.CompletedTask;
            {{code}}
                }
            }
            """;
    }
}
