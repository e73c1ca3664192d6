using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Streams.FunctionalTests.Packages;

/// <summary>What is in our packages, to the file.</summary>
[Collection(PackagesCollection.Name)]
public sealed class PackageContentTests(PackageFeed feed, ITestOutputHelper output)
{
    /// <summary>What makes the file a package, not what is in it.</summary>
    private static readonly string[] Wrapping = ["_rels/", "package/", "[Content_Types].xml"];

    [Fact]
    public void Packing_warns_of_nothing()
    {
        output.WriteLine(feed.PackOutput);
        Assert.DoesNotContain("warn", feed.PackOutput, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(PackageFeed.Library, "README.md,Streams.Testing.nuspec,build/Streams.Testing.Listener.cs,build/Streams.Testing.targets,buildTransitive/Streams.Testing.Listener.cs,buildTransitive/Streams.Testing.targets,lib/net10.0/Streams.dll,lib/net10.0/Streams.xml", "lib/net10.0/Streams.pdb")]
    [InlineData(PackageFeed.Sync, "README.md,Streams.Testing.Sync.nuspec,lib/net10.0/Streams.Sync.dll,lib/net10.0/Streams.Sync.xml", "lib/net10.0/Streams.Sync.pdb")]
    public void Package_has_these_files_and_no_others(string id, string files, string symbols)
    {
        Assert.Equal(files.Split(','), Files(feed[id]));
        Assert.Equal([symbols], Files(Path.ChangeExtension(feed[id], ".snupkg")).Where(file => !file.EndsWith(".nuspec", StringComparison.Ordinal)));
        output.WriteLine($"{id}: {new FileInfo(feed[id]).Length:N0} bytes, symbols {new FileInfo(Path.ChangeExtension(feed[id], ".snupkg")).Length:N0}");
    }

    [Theory]
    [InlineData(PackageFeed.Library, "Google.Protobuf,Microsoft.Extensions.Logging.Abstractions,Streams.Testing.Sync")]
    [InlineData(PackageFeed.Sync, "Microsoft.Extensions.Logging.Abstractions")]
    public void Package_depends_on_these_and_no_others(string id, string dependencies)
    {
        var metadata = XDocument.Load(Open(id, $"{id}.nuspec")).Root!.Elements().Single();
        var named = metadata.Descendants().Where(element => element.Name.LocalName == "dependency").ToList();

        Assert.Equal(dependencies.Split(','), named.Select(element => element.Attribute("id")!.Value).Order(StringComparer.Ordinal));
        Assert.All(named.Where(element => element.Attribute("id")!.Value == PackageFeed.Sync), sync => Assert.Equal(feed.Version, sync.Attribute("version")!.Value));
        // A framework reference would flow into every project that uses the package.
        Assert.DoesNotContain(metadata.Descendants(), element => element.Name.LocalName == "frameworkReference");
        Assert.Equal("MIT", Value("license"));
        Assert.Equal("README.md", Value("readme"));
        Assert.Contains("testing", Value("tags").Split(' '));
        Assert.NotEmpty(Value("description"));

        string Value(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
    }

    [Fact]
    public void Library_carries_the_agent_and_does_not_need_what_the_agent_needs()
    {
        using var file = new PEReader(Open(PackageFeed.Library, "lib/net10.0/Streams.dll"));
        var metadata = file.GetMetadataReader();

        var resources = metadata.ManifestResources.Select(handle => metadata.GetString(metadata.GetManifestResource(handle).Name));
        Assert.Equal(
            ["agent/Google.Protobuf.dll", "agent/Streams.Agent.deps.json", "agent/Streams.Agent.dll", "agent/Streams.Agent.runtimeconfig.json"],
            resources.Where(name => name.StartsWith("agent/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.NotEqual(0, file.PEHeaders.CorHeader!.EntryPointTokenOrRelativeVirtualAddress);
        Assert.DoesNotContain(
            metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)),
            name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name.StartsWith("xunit", StringComparison.OrdinalIgnoreCase));
    }

    private static List<string> Files(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        return [.. archive.Entries.Select(entry => entry.FullName)
            .Where(name => !Wrapping.Any(wrapping => name.StartsWith(wrapping, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)];
    }

    private MemoryStream Open(string id, string file)
    {
        using var archive = ZipFile.OpenRead(feed[id]);
        using var entry = archive.GetEntry(file)!.Open();
        var content = new MemoryStream();
        entry.CopyTo(content);
        content.Position = 0;
        return content;
    }
}
