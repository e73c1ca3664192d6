using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Streams.Results;
using Streams.Sync;
using Streams.Tests.Architecture;
using Streams.Wire;

namespace Streams.Tests.Results;

/// <summary>docs/results.md is the contract of the files: what is written is compared with its tables.</summary>
public class DocumentedResultsTests
{
    private static readonly string[] Sections = ["both", "results.json", "result.json", "stream", "block"];

    [Fact]
    public async Task Files_have_the_documented_fields_and_no_others()
    {
        await using var test = new TestRecord();
        var stream = test.Record.AddStream("server", "db1");
        var passed = stream.BlockQueued("Pass");
        passed.Started();
        passed.Waited("at 'setup'", TimeSpan.FromSeconds(1), "released");
        passed.Output(0, "line\n"u8);
        passed.OutputLeftOut(5, 10);
        Directory.CreateDirectory(passed.DataPath);
        File.WriteAllText(Path.Combine(passed.DataPath, "file"), "");
        File.CreateSymbolicLink(Path.Combine(passed.DataPath, "link"), "file");
        passed.Finished(TestRecord.Passed with { Command = new CommandOutcome { ExitCode = 0, Signal = 9 }, Warnings = ["careful"] }, "42");
        var failed = stream.BlockQueued("Fail");
        failed.Finished(TestRecord.Failed("no") with
        {
            OutputTail = ["last"],
            StreamIsLost = true,
            Strays = [new StrayProcess { ProcessId = 1, Host = "db1", Command = "dd", WaitChannel = "io", RemoveWith = "kill" }],
        });
        stream.Lost("the cable is cut");
        test.Record.Health.Partial("file", "no room");
        stream.BlockQueued("Open");
        await test.Record.DisposeAsync();

        var results = Read(test["results.json"]);
        var found = new HashSet<(string, string)>();
        AssertDocumented(results, ["both", "results.json"], found);
        AssertDocumented(Parse(ResultsJson.Collection(test.Record.Snapshot(), brief: true)), ["both", "results.json"], found);
        var recorded = Assert.Single(results.GetProperty("streams").EnumerateArray());
        AssertDocumented(recorded, ["stream"], found);
        foreach (var block in recorded.GetProperty("blocks").EnumerateArray())
            AssertDocumented(block, ["block"], found);
        foreach (var file in Directory.EnumerateFiles(test[""], "result.json", SearchOption.AllDirectories))
            AssertDocumented(Read(file), ["both", "result.json", "block"], found);
        // The document promises nothing that was not seen here.
        Assert.Empty(Fields().Select(field => (field.In, field.Name)).Except(found));
    }

    [Fact]
    public void Log_events_are_the_documented_ones()
    {
        const BindingFlags all = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var logged =
            from assembly in new[] { typeof(StreamCollection).Assembly, typeof(SyncServer).Assembly }
            from type in assembly.GetTypes()
            from method in type.GetMethods(all)
            let message = method.GetCustomAttribute<LoggerMessageAttribute>()
            where message is not null
            select $"{message.EventId} {message.Level}";
        var documented = Rows(3).Where(row => int.TryParse(row[0], out _)).Select(row => $"{row[0]} {row[1]}");

        Assert.Equal(documented, logged.Order(StringComparer.Ordinal));
    }

    private static void AssertDocumented(JsonElement json, string[] sections, HashSet<(string, string)> found)
    {
        var fields = Fields().Where(field => sections.Contains(field.In)).ToDictionary(field => field.Name);
        foreach (var property in json.EnumerateObject())
        {
            Assert.True(fields.TryGetValue(property.Name, out var field), $"{property.Name} of {string.Join('/', sections)} is not in docs/results.md");
            Assert.Equal(field.Type, TypeOf(property.Value));
            found.Add((field.In, field.Name));
        }

        Assert.DoesNotContain(fields.Values, field => field.Always && !json.TryGetProperty(field.Name, out _));
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => "number",
        JsonValueKind.String => "text",
        JsonValueKind.True or JsonValueKind.False => "flag",
        JsonValueKind.Array => value.EnumerateArray().FirstOrDefault().ValueKind == JsonValueKind.String ? "texts" : "objects",
        _ => "object",
    };

    private static IEnumerable<(string In, string Name, string Type, bool Always)> Fields() =>
        Rows(5).Where(row => Sections.Contains(row[0])).Select(row => (row[0], row[1].Trim('`'), row[2], row[3] == "yes"));

    private static IEnumerable<string[]> Rows(int cells) => File.ReadLines(Path.Combine(SourceTree.Root, "docs/results.md"))
        .Where(line => line.StartsWith('|'))
        .Select(line => line.Split('|')[1..^1].Select(cell => cell.Trim()).ToArray())
        .Where(row => row.Length == cells);

    private static JsonElement Read(string file) => Parse(File.ReadAllBytes(file));

    private static JsonElement Parse(byte[] json) => JsonDocument.Parse(json).RootElement;
}
