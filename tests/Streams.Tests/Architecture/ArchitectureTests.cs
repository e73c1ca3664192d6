using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Streams.Sync;

namespace Streams.Tests.Architecture;

/// <summary>Who may depend on whom: docs/architecture.md as assertions.</summary>
public partial class ArchitectureTests
{
    private const string Root = "(root)";

    private static readonly Assembly Library = typeof(StreamCollection).Assembly;
    private static readonly Assembly SyncLibrary = typeof(SyncServer).Assembly;

    /// <summary>These folders are compiled into the agent too (docs/adr/0006).</summary>
    private static readonly string[] Linked = ["Wire", "Processes", "Supervision", "Transfers"];

    /// <summary>Of the root, what every folder may use: settings and the base of the exceptions.</summary>
    private static readonly string[] RootVocabulary = [nameof(StreamsException), nameof(StreamCollectionOptions), nameof(Secret)];

    private static readonly string[] Ground = ["Wire", "Processes"];
    private static readonly string[] Vocabulary = [.. Ground, "Blocks"];

    /// <summary>What each folder of src/Streams may use beside itself. No entry may be added that makes a circle: a test sees to it.</summary>
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Processes"] = [],
        ["Wire"] = ["Processes"],
        ["Supervision"] = Ground,
        ["Transfers"] = Ground,
        ["Hosts"] = ["Processes"],
        ["Owner"] = [],
        ["Blocks"] = Ground,
        ["Results"] = [.. Vocabulary, "Owner"],
        ["Remoting"] = [.. Vocabulary, "Hosts", "Transfers"],
        ["Workers"] = [.. Vocabulary, "Supervision"],
        ["Execution"] = [.. Vocabulary, "Hosts", "Remoting", "Supervision", "Transfers", "Workers"],
        ["Scheduling"] = [.. Vocabulary, "Execution", "Results"],
        [Root] = ["Blocks", "Execution", "Hosts", "Owner", "Processes", "Results", "Scheduling", "Wire"],
    };

    private static readonly ILookup<string, string> FoldersByTypeName = SourceTree.FoldersByTypeName();

    [Fact]
    public void Streams_references_the_sync_library_protobuf_and_logging_only() =>
        Assert.Equal(["Google.Protobuf", "Microsoft.Extensions.Logging.Abstractions", "Streams.Sync"], ReferencesBeyondTheFramework(Library));

    [Fact]
    public void Sync_references_logging_only() =>
        Assert.Equal(["Microsoft.Extensions.Logging.Abstractions"], ReferencesBeyondTheFramework(SyncLibrary));

    [Fact]
    public void The_agent_references_neither_the_library_nor_the_sync_library()
    {
        using var resource = Library.GetManifestResourceStream("agent/Streams.Agent.dll")!;
        using var agent = new System.Reflection.PortableExecutable.PEReader(resource);

        var references = ReferencesOf(agent).ToList();

        Assert.Contains("Google.Protobuf", references);
        Assert.DoesNotContain("Streams", references);
        Assert.DoesNotContain("Streams.Sync", references);
    }

    [Fact]
    public void Folders_use_only_what_stands_below_them()
    {
        var violations =
            from use in TypeUse.Of(Library)
            where use.Used.Assembly == Library && !RootVocabulary.Contains(use.Used.Name)
            let user = FolderOf(use.User)
            let used = FolderOf(use.Used)
            where user is not null && used is not null && user != used && !MayUse[user].Contains(used)
            select $"{user} must not use {used}: {use.User} uses {use.Used}";

        Assert.Empty(violations);
    }

    [Fact]
    public void The_order_of_the_folders_has_no_circle()
    {
        var order = new List<string>();
        while (order.Count < MayUse.Count)
        {
            var next = MayUse.FirstOrDefault(folder => !order.Contains(folder.Key) && folder.Value.All(order.Contains)).Key;
            Assert.True(next is not null, $"a circle among {string.Join(", ", MayUse.Keys.Except(order))}");
            order.Add(next);
        }
    }

    [Fact]
    public void Every_folder_of_the_library_has_its_place_in_the_order()
    {
        var folders = SourceTree.Files("src/Streams").Select(file => SourceTree.Relative(file).Split('/')).Where(parts => parts.Length > 3).Select(parts => parts[2]);

        Assert.Equal(MayUse.Keys.Except([Root]).Order(StringComparer.Ordinal), folders.Distinct().Except(["build"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Internal_types_live_in_the_namespace_of_their_folder_and_public_ones_in_Streams()
    {
        var violations =
            from type in Library.GetTypes()
            where !type.IsNested && !IsMadeByTheCompiler(type) && type.Namespace!.StartsWith(nameof(Streams), StringComparison.Ordinal)
            where type.IsPublic ? type.Namespace != nameof(Streams) : type.Namespace == nameof(Streams) && !FoldersByTypeName[PlainName(type)].Contains("")
            select type.FullName;
        var misplaced =
            from file in SourceTree.Files("src/Streams")
            let folder = Path.GetDirectoryName(SourceTree.Relative(file))!["src/".Length..].Replace('/', '.')
            from Match match in NamespaceLine().Matches(File.ReadAllText(file))
            let declared = match.Groups["name"].Value
            // A folder of many small files may share the namespace above it.
            where declared != nameof(Streams) && declared != folder && !folder.StartsWith(declared + ".", StringComparison.Ordinal)
                && !folder.EndsWith(".build", StringComparison.Ordinal)
            select $"{SourceTree.Relative(file)} declares {declared}";

        Assert.Empty(violations);
        Assert.Empty(misplaced);
    }

    [Fact]
    public void Linked_folders_use_nothing_beside_themselves_the_framework_and_protobuf()
    {
        string[] allowed = ["System", "Microsoft.Win32", "Google.Protobuf", .. Linked.Select(folder => "Streams." + folder)];
        var usings =
            from folder in Linked
            from file in SourceTree.Files("src/Streams/" + folder)
            from Match match in UsingLine().Matches(File.ReadAllText(file))
            let name = match.Groups["name"].Value
            where !allowed.Any(root => name == root || name.StartsWith(root + ".", StringComparison.Ordinal))
            select $"{SourceTree.Relative(file)}: using {name}";
        var uses =
            from use in TypeUse.Of(Library)
            where Linked.Contains(FolderOf(use.User)) && !IsFramework(use.Used.Assembly.GetName().Name!) && use.Used.Assembly.GetName().Name != "Google.Protobuf"
            where use.Used.Assembly != Library || (FolderOf(use.Used) is { } used && !Linked.Contains(used))
            select $"{use.User} uses {use.Used}";

        Assert.Empty(usings);
        Assert.Empty(uses);
    }

    /// <summary>On a host without libssl it aborts the process (D9).</summary>
    [Fact]
    public void Nothing_that_may_run_on_a_bare_host_uses_the_cryptography_of_the_framework()
    {
        string[] folders = [.. Linked.Append("Workers").Append("Blocks").Select(folder => "src/Streams/" + folder), "src/Streams.Agent"];
        var mentions =
            from folder in folders
            from file in SourceTree.Files(folder)
            from line in File.ReadLines(file)
            where line.Contains("System.Security.Cryptography", StringComparison.Ordinal) && !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
            select $"{SourceTree.Relative(file)}: {line.Trim()}";
        var uses =
            from use in TypeUse.Of(Library)
            where FolderOf(use.User) is { } folder && folders.Contains("src/Streams/" + folder)
            where use.Used.Namespace == "System.Security.Cryptography"
            select $"{use.User} uses {use.Used}";

        Assert.Empty(mentions);
        Assert.Empty(uses);
    }

    private static List<string> ReferencesBeyondTheFramework(Assembly assembly)
    {
        using var file = File.OpenRead(assembly.Location);
        using var reader = new System.Reflection.PortableExecutable.PEReader(file);
        return [.. ReferencesOf(reader).Where(name => !IsFramework(name)).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> ReferencesOf(System.Reflection.PortableExecutable.PEReader file)
    {
        var metadata = System.Reflection.Metadata.PEReaderExtensions.GetMetadataReader(file);
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    private static bool IsFramework(string assembly) =>
        File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, assembly + ".dll"));

    /// <summary>Null: the compiler's, or a generator's.</summary>
    private static string? FolderOf(Type type)
    {
        if (IsMadeByTheCompiler(type) || !type.Namespace!.StartsWith(nameof(Streams), StringComparison.Ordinal))
            return null;
        if (type.Namespace != nameof(Streams))
            return type.Namespace.Split('.')[1];
        var folders = FoldersByTypeName[PlainName(type)].ToList();
        Assert.True(folders.Count == 1, $"{type} is declared in {folders.Count} folders: {string.Join(", ", folders)}");
        return folders[0].Length == 0 ? Root : folders[0];
    }

    private static bool IsMadeByTheCompiler(Type type) =>
        type.Namespace is null || type.Name.Contains('<', StringComparison.Ordinal) || type.IsDefined(typeof(CompilerGeneratedAttribute));

    private static string PlainName(Type type) => type.Name.Split('`')[0];

    [GeneratedRegex(@"^using (?:static )?(?:\w+ = )?(?:global::)?(?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex NamespaceLine();
}
