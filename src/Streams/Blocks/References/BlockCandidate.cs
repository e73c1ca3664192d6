using System.Reflection;
using Streams.Blocks.Parameters;

namespace Streams.Blocks.References;

/// <summary>A type or method that a reference may name.</summary>
internal sealed class BlockCandidate
{
    private BlockCandidate(MemberInfo member, string fullName, string typeName, string? whyNot)
    {
        Member = member;
        FullName = fullName;
        TypeName = typeName;
        WhyNot = whyNot;
        IsStrict = IsMarkedStrict(member) || (member is MethodInfo && IsMarkedStrict(member.DeclaringType!));
    }

    public MemberInfo Member { get; }

    /// <summary>Namespace, type and, for a method, its name; nested types with a dot.</summary>
    public string FullName { get; }

    /// <summary>The same without the method: it names all block methods of the type.</summary>
    public string TypeName { get; }

    /// <summary>Why it cannot be run, as a predicate; null: it can.</summary>
    public string? WhyNot { get; }

    public bool IsStrict { get; }

    public string Assembly => Member.Module.Assembly.GetName().Name!;

    /// <summary>With its assembly, for messages.</summary>
    public override string ToString() => $"{FullName} ({Assembly}.dll)";

    /// <summary>The block types and block methods of an assembly, those that cannot be run included: a message says why.</summary>
    public static List<BlockCandidate> Of(Assembly assembly)
    {
        var found = new List<BlockCandidate>();
        foreach (var type in TypesOf(assembly).Where(static type => !type.Name.Contains('<', StringComparison.Ordinal)).OrderBy(static type => type.MetadataToken))
        {
            var name = type.FullName?.Replace('+', '.').Split('`')[0] ?? type.Name;
            if (typeof(IBlock).IsAssignableFrom(type))
                found.Add(new BlockCandidate(type, name, name, WhyNotType(type)));
            foreach (var method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).OrderBy(static method => method.MetadataToken))
            {
                if (method.IsDefined(typeof(StreamBlockAttribute), inherit: false))
                    found.Add(new BlockCandidate(method, $"{name}.{method.Name}", name, WhyNotMethod(method)));
            }
        }

        return found;
    }

    /// <summary>The block, made of the parameters if it is a type.</summary>
    public FoundBlock Make(BlockParameters parameters)
    {
        if (Member is MethodInfo method)
            return new FoundBlock(FullName, Delegate.CreateDelegate(DelegateTypeOf(method), method));
        var type = (Type)Member;
        try
        {
            // A block that takes nothing itself reads its parameters while it runs.
            var takesNone = type.GetConstructor([]) is not null;
            return new FoundBlock(FullName, (IBlock)(takesNone ? Activator.CreateInstance(type)! : ParameterBinding.Create(type, parameters)));
        }
        catch (FormatException exception)
        {
            throw new ArgumentException($"Block {FullName} cannot be made: {exception.Message}", nameof(parameters), exception);
        }
    }

    private static string? WhyNotType(Type type) => type switch
    {
        { IsInterface: true } => "is an interface",
        { IsAbstract: true } => "is abstract",
        { ContainsGenericParameters: true } => "is an open generic type: give the stream an instance",
        { IsNestedPrivate: true } or { IsNestedFamily: true } or { IsNestedFamANDAssem: true } => "is private",
        _ => type.GetConstructors().Length == 0 ? "has no public constructor" : null,
    };

    private static string? WhyNotMethod(MethodInfo method)
    {
        if (!method.IsStatic)
            return "is not static";
        if (method.IsPrivate)
            return "is private";
        if (method.ContainsGenericParameters || method.DeclaringType!.ContainsGenericParameters)
            return "is generic: give the stream a delegate";
        return method.GetParameters() is [] or [{ ParameterType.FullName: "Streams.BlockContext" }] ? null : $"takes other parameters than a {nameof(BlockContext)}";
    }

    private static Type DelegateTypeOf(MethodInfo method) =>
        System.Linq.Expressions.Expression.GetDelegateType([.. method.GetParameters().Select(static parameter => parameter.ParameterType), method.ReturnType]);

    private static bool IsMarkedStrict(MemberInfo member) => member.GetCustomAttribute<StreamBlockAttribute>(inherit: false) is { Strict: true };

    private static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            // A type whose base is in an assembly that is not here cannot be a block; the others can.
            return exception.Types.OfType<Type>();
        }
    }
}
