using System.Reflection;

namespace Streams.Tests.Architecture;

public class ArchitectureTests(ITestOutputHelper output)
{
    [Fact]
    public void Dump()
    {
        var folders = SourceTree.FoldersByTypeName();
        string F(Type t) => t.Namespace == "Streams" ? string.Join("/", folders[t.Name.Split('`')[0]]) : t.Namespace!.Split('.').ElementAtOrDefault(1) ?? "?" + t.Name;
        var uses = TypeUse.Of(typeof(StreamCollection).Assembly).Where(p => p.Used.Assembly == typeof(StreamCollection).Assembly && p.Used.Namespace is not null && p.User.Namespace is not null).ToList();
        foreach (var g in uses.GroupBy(p => (F(p.User), F(p.Used))).Where(g => g.Key.Item1 != g.Key.Item2).OrderBy(g => g.Key))
            output.WriteLine($"{g.Key}: {g.Count()}: {string.Join(", ", g.Take(12).Select(p => p.User.Name + ">" + p.Used.Name))}");
    }
}
