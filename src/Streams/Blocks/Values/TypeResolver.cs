using System.Collections.Concurrent;
using System.Reflection;
using Streams.Wire;

namespace Streams.Blocks.Values;

/// <summary>Finds the type that an identity names, in this process.</summary>
internal abstract class TypeResolver
{
    private const int MaxDepth = 32;

    public Type Resolve(TypeIdentity identity) => Resolve(identity, 0);

    /// <summary>The type definition (open, if generic) that the identity names.</summary>
    protected abstract Type Definition(TypeIdentity identity);

    protected static Type ByToken(Assembly assembly, TypeIdentity identity)
    {
        foreach (var module in assembly.Modules)
        {
            if (!TypeIdentities.VersionOf(module).Equals(identity.ModuleVersion))
                continue;
            var type = module.ResolveType(identity.Token);
            return type.FullName == identity.Name
                ? type
                : throw new ValueFormatException($"type token {identity.Token:x8} of {identity.Assembly} is {type.FullName}, not {identity.Name}");
        }

        throw new ValueFormatException(
            $"{identity.Name}: this process has another build of {identity.Assembly} " +
            $"(mvid {assembly.ManifestModule.ModuleVersionId}, wanted {VersionText(identity)})");
    }

    private static string VersionText(TypeIdentity identity) =>
        identity.ModuleVersion.Length == 16 ? new Guid(identity.ModuleVersion.Span).ToString() : "none";

    private Type Resolve(TypeIdentity identity, int depth)
    {
        if (depth > MaxDepth)
            throw new ValueFormatException("a type is nested too deeply");
        if (identity.ArrayRank != 0)
        {
            if (identity.Arguments.Count != 1 || identity.ArrayRank is < 0 or > 32)
                throw new ValueFormatException("an array type is malformed");
            var element = Resolve(identity.Arguments[0], depth + 1);
            return identity.ArrayRank == 1 ? element.MakeArrayType() : element.MakeArrayType(identity.ArrayRank);
        }

        var definition = Definition(identity);
        if (!definition.IsGenericTypeDefinition)
            return identity.Arguments.Count == 0 ? definition : throw new ValueFormatException($"{identity.Name} is not generic");
        if (identity.Arguments.Count != definition.GetGenericArguments().Length)
            throw new ValueFormatException($"{identity.Name} has another number of type arguments");
        var arguments = new Type[identity.Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = Resolve(identity.Arguments[i], depth + 1);
        return definition.MakeGenericType(arguments);
    }
}

/// <summary>In a worker: what the author's own test names is loaded.</summary>
internal sealed class TrustingTypeResolver : TypeResolver
{
    public static readonly TrustingTypeResolver Instance = new();

    private readonly ConcurrentDictionary<(string Assembly, string Name), Type> _framework = new();

    public static Assembly Load(string assembly, string wantedBy)
    {
        try
        {
            return Assembly.Load(new AssemblyName(assembly));
        }
        catch (Exception exception) when (exception is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            throw new ValueFormatException($"{wantedBy}: its assembly {assembly} cannot be loaded here: {exception.Message}", exception);
        }
    }

    protected override Type Definition(TypeIdentity identity)
    {
        if (identity.Token != 0)
            return ByToken(Load(identity.Assembly, identity.Name), identity);
        return _framework.GetOrAdd((identity.Assembly, identity.Name), static key =>
            Load(key.Assembly, key.Name).GetType(key.Name)
                ?? throw new ValueFormatException($"this process's {key.Assembly} has no type {key.Name}"));
    }
}

/// <summary>
/// In the controller: the bytes are hostile. Nothing is loaded; a framework type must be one that values are made of or
/// one that the declared result type mentions, and any other must be in an assembly that the test has loaded itself.
/// </summary>
internal sealed class GuardedTypeResolver(Type declared) : TypeResolver
{
    private Dictionary<string, Type>? _mentioned;

    protected override Type Definition(TypeIdentity identity)
    {
        if (identity.Token == 0)
        {
            return KnownTypes.ByName(identity.Name) ?? Mentioned(identity.Name) ?? Harmless(identity.Name)
                ?? throw new ValueFormatException($"a result of type {TypeText.Of(declared)} holds no {identity.Name}");
        }

        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (!assembly.IsDynamic && !assembly.IsCollectible && !FrameworkAssemblies.Contains(assembly) && assembly.GetName().Name == identity.Assembly)
                return ByToken(assembly, identity);
        }

        throw new ValueFormatException($"{identity.Name} is in an assembly that the test has not loaded ({identity.Assembly})");
    }

    /// <summary>The core library's enumerations and interfaces: no object of them can do anything by itself.</summary>
    private static Type? Harmless(string name) =>
        typeof(object).Assembly.GetType(name) is { } type && (type.IsEnum || type.IsInterface) ? type : null;

    private Type? Mentioned(string name)
    {
        _mentioned ??= Collect();
        return _mentioned.GetValueOrDefault(name);
    }

    private Dictionary<string, Type> Collect()
    {
        var found = new Dictionary<string, Type>();
        var seen = new HashSet<Type>();
        var open = new Queue<Type>([declared]);
        while (open.TryDequeue(out var type) && seen.Count < 10_000)
        {
            if (!seen.Add(type))
                continue;
            if (type.HasElementType)
            {
                open.Enqueue(type.GetElementType()!);
                continue;
            }

            foreach (var argument in type.GetGenericArguments())
                open.Enqueue(argument);
            if (FrameworkAssemblies.Contains(type.Assembly))
            {
                var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
                found[definition.FullName ?? definition.Name] = definition;
                continue;
            }

            foreach (var field in FieldLists.AllOf(type))
                open.Enqueue(field.FieldType);
        }

        return found;
    }
}
