using System.Diagnostics;
using System.Reflection;
using Streams.Processes;
using Streams.Scheduling;
using Streams.Tests.Architecture;

namespace Streams.Tests.Supervision;

/// <summary>A campaign can kill at every step of supervision and at every change of a block's phase (1b).</summary>
public class FailpointTests
{
    private static readonly IReadOnlyList<FieldInfo> Names = [.. typeof(Failpoints).GetFields(BindingFlags.Public | BindingFlags.Static)];

    private static readonly string Document = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "supervision.md"));

    [Fact]
    public async Task Every_legal_phase_change_has_a_failpoint()
    {
        var phases = Enum.GetValues<BlockPhase>();
        var legal = from one in phases from other in phases where BlockLifecycle.IsLegal(one, other) select BlockLifecycle.FailpointOf(one, other);
        using var directory = new TempDirectory();

        Assert.Equal(0, await RunAsync(new() { [Failpoint.LogVariable] = directory["log"] }, "phases"));

        var passed = (await File.ReadAllLinesAsync(directory["log"])).Select(line => line.Split(' ')[1]).ToHashSet();
        Assert.Equal(legal.Order(), passed.Order());
    }

    [Fact]
    public void Every_name_is_passed_somewhere_and_documented_and_none_twice()
    {
        var source = string.Concat(SourceTree.Files("src").Where(file => Path.GetFileName(file) != "Failpoints.cs").Select(File.ReadAllText));

        Assert.Equal(Names.Count, Names.Select(name => (string)name.GetRawConstantValue()!).Distinct().Count());
        foreach (var name in Names)
        {
            var text = (string)name.GetRawConstantValue()!;
            var isInScript = text.StartsWith("guard.", StringComparison.Ordinal) && System.Text.RegularExpressions.Regex.IsMatch(source, $"pass \"?{text["guard.".Length..]}\"? \"\"");
            Assert.True(Document.Contains($"`{text}`", StringComparison.Ordinal) || Document.Contains($"`.{text.Split('.')[1]}`", StringComparison.Ordinal), $"{text} is not documented");
            Assert.True(isInScript || source.Contains($"Failpoint.Hit(Failpoints.{name.Name})", StringComparison.Ordinal), $"{text} is passed nowhere");
        }
    }

    [Fact]
    public async Task Armed_place_ends_the_process_at_the_given_pass()
    {
        Assert.Equal(Failpoint.ExitCode, await RunAsync(new() { [Failpoint.Variable] = "a:exit" }, "failpoint", "b", "a"));
        Assert.Equal(128 + 9, await RunAsync(new() { [Failpoint.Variable] = "b:stop:7,a:kill:2" }, "failpoint", "a", "a"));
        Assert.Equal(0, await RunAsync(new() { [Failpoint.Variable] = "a:kill:2" }, "failpoint", "a", "b"));
    }

    private static async Task<int> RunAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(DotnetLaunch.Find().Dotnet);
        foreach (var argument in (string[])["exec", ProbeProgram.Path, .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync().DefaultTimeout();
        return process.ExitCode;
    }
}
