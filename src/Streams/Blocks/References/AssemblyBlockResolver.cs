using System.Collections.Concurrent;
using System.Reflection;
using Streams.Blocks.References;
using Streams.Blocks.Values;
using Streams.Processes;

namespace Streams;

/// <summary>
/// Finds block types and block methods (<see cref="StreamBlockAttribute"/>) by name in assemblies: <c>NetServer</c>,
/// <c>MyTests.NetServer</c>, <c>Netperf.Big</c>, <c>MyTests!NetServer</c>. A type's name stands for all its block methods.
/// </summary>
public sealed class AssemblyBlockResolver : IBlockResolver
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyList<BlockCandidate>> Known = new();

    private readonly Assembly[] _assemblies;

    /// <summary>Creates a resolver.</summary>
    /// <param name="assemblies">Where to look; none: in all loaded assemblies that use this library, and those that they use.</param>
    public AssemblyBlockResolver(params Assembly[] assemblies)
    {
        ArgumentNullException.ThrowIfNull(assemblies);
        _assemblies = [.. assemblies];
    }

    /// <inheritdoc/>
    public IReadOnlyList<FoundBlock> Resolve(string reference, BlockParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(parameters);
        var name = ReferenceName.Parse(reference);
        var candidates = Assemblies(name).SelectMany(static assembly => Known.GetOrAdd(assembly, static assembly => BlockCandidate.Of(assembly))).ToList();
        var fitting = Fitting(candidates, name);
        var usable = fitting.FindAll(static candidate => candidate.WhyNot is null);
        return usable.Count > 0
            ? [.. usable.Select(candidate => candidate.Make(parameters))]
            : throw new ArgumentException(NotFound(reference, name, candidates, fitting), nameof(reference));
    }

    /// <summary>Full names win over ends of names; strict blocks are seen by nothing else.</summary>
    private static List<BlockCandidate> Fitting(List<BlockCandidate> candidates, ReferenceName name)
    {
        var full = candidates.FindAll(candidate => name.IsFull(candidate.FullName) || name.IsFull(candidate.TypeName));
        return full.Count > 0
            ? full
            : candidates.FindAll(candidate => (!candidate.IsStrict || name.Assembly is not null) && (name.Fits(candidate.FullName) || name.Fits(candidate.TypeName)));
    }

    private static string NotFound(string reference, ReferenceName name, List<BlockCandidate> candidates, List<BlockCandidate> fitting)
    {
        if (fitting.Count > 0)
            return $"'{PrintableText.CleanLine(reference)}' cannot be run: {string.Join("; ", fitting.Select(candidate => $"{candidate} {candidate.WhyNot}"))}.";
        var strict = candidates.FindAll(candidate => candidate.IsStrict && name.Fits(candidate.FullName));
        if (strict.Count > 0)
            return $"No block '{PrintableText.CleanLine(reference)}' is seen by that name: {string.Join(", ", strict)} is strict, so write its full name.";
        var where = candidates.Select(static candidate => candidate.Assembly + ".dll").Distinct().Order(StringComparer.Ordinal).ToList();
        var nearest = NearestNames.Of(name.Name, candidates.Where(static candidate => candidate.WhyNot is null).Select(static candidate => candidate.FullName));
        var advice = nearest.Count > 0 ? $"nearest: {string.Join(", ", nearest)}" : "nothing comes near";
        return $"No block '{PrintableText.CleanLine(reference)}' in {(where.Count == 0 ? "any assembly that was looked at: none has blocks" : string.Join(", ", where))}; {advice}.";
    }

    private IEnumerable<Assembly> Assemblies(ReferenceName name)
    {
        if (name.Assembly is null)
            return _assemblies.Length > 0 ? _assemblies : Using();
        try
        {
            return [Array.Find(_assemblies, assembly => assembly.GetName().Name == name.Assembly) ?? Assembly.Load(new AssemblyName(name.Assembly))];
        }
        catch (Exception exception) when (exception is FileNotFoundException or FileLoadException or BadImageFormatException or ArgumentException)
        {
            throw new ArgumentException($"No block '{PrintableText.CleanLine(name.Name)}': the assembly '{PrintableText.CleanLine(name.Assembly)}' cannot be loaded: {exception.Message}", nameof(name), exception);
        }
    }

    /// <summary>The author's assemblies: those that are loaded and use this library, and what they use that does, too.</summary>
    private static IEnumerable<Assembly> Using()
    {
        var library = typeof(AssemblyBlockResolver).Assembly.GetName().Name;
        var open = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies());
        var seen = new HashSet<Assembly>();
        var found = new List<Assembly>();
        while (open.TryDequeue(out var assembly))
        {
            if (!seen.Add(assembly) || assembly.IsDynamic || assembly.IsCollectible || FrameworkAssemblies.Contains(assembly))
                continue;
            var references = assembly.GetReferencedAssemblies();
            if (!Array.Exists(references, reference => reference.Name == library))
                continue;
            found.Add(assembly);
            foreach (var reference in references)
            {
                if (TryLoad(reference) is { } referenced)
                    open.Enqueue(referenced);
            }
        }

        return found.OrderBy(static assembly => assembly.GetName().Name, StringComparer.Ordinal);
    }

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException)
        {
            // It is not there: then none of its blocks could run either.
            return null;
        }
    }
}
