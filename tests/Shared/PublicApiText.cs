using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Streams.Tests.Shared;

/// <summary>
/// The public surface of an assembly, one line per type and member, sorted: what a reviewer of a change reads.
/// STREAMS_UPDATE_API=1 writes the file instead of comparing with it.
/// </summary>
public static class PublicApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // What the compiler adds to every record is no decision of ours.
    private static readonly string[] MadeForRecords = ["Equals", "GetHashCode", "ToString", "PrintMembers", "<Clone>$", "op_Equality", "op_Inequality", "get_EqualityContract", "Deconstruct"];

    public static void AssertUnchanged(Assembly assembly, string file, [CallerFilePath] string caller = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(caller)!, file);
        var text = Of(assembly);
        if (Environment.GetEnvironmentVariable("STREAMS_UPDATE_API") == "1")
            File.WriteAllText(path, text);
        var expected = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(expected == text, $"The public surface of {assembly.GetName().Name} differs from {file}. If that is meant, run the test with STREAMS_UPDATE_API=1.\n{Difference(expected, text)}");
    }

    public static string Of(Assembly assembly) => string.Concat(
        assembly.GetExportedTypes().SelectMany(Lines).Order(StringComparer.Ordinal).Select(line => line + "\n"));

    private static string Difference(string expected, string actual)
    {
        var (before, now) = (expected.Split('\n'), actual.Split('\n'));
        return string.Join('\n', before.Except(now).Select(line => "- " + line).Concat(now.Except(before).Select(line => "+ " + line)));
    }

    private static IEnumerable<string> Lines(Type type)
    {
        var name = Name(type);
        yield return $"{name} : {Kind(type)}{Bases(type)}";
        if (typeof(Delegate).IsAssignableFrom(type))
            yield break;
        var isRecord = type.GetMethod("<Clone>$") is not null;
        foreach (var constructor in type.GetConstructors(Declared).Where(IsVisible))
            yield return $"{name}.new({Parameters(constructor)})";
        foreach (var method in type.GetMethods(Declared).Where(method => IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))))
        {
            if (!(isRecord && MadeForRecords.Contains(method.Name)))
                yield return $"{name}.{Static(method)}{method.Name}{Arguments(method)}({Parameters(method)}) : {Name(method.ReturnType, Nullability(method.ReturnParameter))}";
        }

        foreach (var property in type.GetProperties(Declared).Where(property => property.GetMethod is { } get && IsVisible(get)))
        {
            if (!(isRecord && property.Name == "EqualityContract"))
                yield return $"{name}.{Static(property.GetMethod!)}{property.Name} : {Name(property.PropertyType, new NullabilityInfoContext().Create(property))} {{{Accessors(property)}}}";
        }

        foreach (var field in type.GetFields(Declared).Where(field => field.IsPublic && !field.IsSpecialName))
            yield return $"{name}.{field.Name}{(field.IsLiteral ? $" = {(type.IsEnum ? Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture) : field.GetRawConstantValue())}" : $" : {Name(field.FieldType)}")}";
        foreach (var happening in type.GetEvents(Declared).Where(happening => IsVisible(happening.AddMethod!)))
            yield return $"{name}.event {happening.Name} : {Name(happening.EventHandlerType!)}";
    }

    // A dot in a method's name: it implements an interface explicitly.
    private static bool IsVisible(MethodBase method) =>
        (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && (method.IsConstructor || !method.Name.Contains('.', StringComparison.Ordinal));

    private static string Static(MethodBase method) => method.IsStatic ? "static " : method.IsAbstract && !method.DeclaringType!.IsInterface ? "abstract " : "";

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        _ when typeof(Delegate).IsAssignableFrom(type) => $"delegate {Name(type.GetMethod("Invoke")!.ReturnType)}({Parameters(type.GetMethod("Invoke")!)})",
        { IsAbstract: true, IsSealed: true } => "static class",
        _ => (type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + (type.GetMethod("<Clone>$") is null ? "class" : "record"),
    };

    private static string Bases(Type type)
    {
        if (type.IsEnum || typeof(Delegate).IsAssignableFrom(type))
            return "";
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var bases = type.GetInterfaces().Except(inherited).Where(contract => !contract.Name.StartsWith("IEquatable", StringComparison.Ordinal)).Select(contract => Name(contract)).Order(StringComparer.Ordinal);
        string[] all = [.. type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? [Name(parent)] : Array.Empty<string>(), .. bases];
        return all.Length == 0 ? "" : " : " + string.Join(", ", all);
    }

    private static string Accessors(PropertyInfo property)
    {
        if (property.SetMethod is not { } set || !IsVisible(set))
            return " get; ";
        var isInit = set.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit");
        return (property.IsDefined(typeof(RequiredMemberAttribute)) ? " required" : "") + (isInit ? " get; init; " : " get; set; ");
    }

    private static string Arguments(MethodBase method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{Name(parameter.ParameterType, Nullability(parameter))} {parameter.Name}{Attributes(parameter)}{Default(parameter)}"));

    private static string Attributes(ParameterInfo parameter) => string.Concat(parameter.GetCustomAttributes()
        .Select(attribute => attribute.GetType().Name).Where(name => name.StartsWith("Caller", StringComparison.Ordinal)).Select(name => $" [{name.Replace("Attribute", "", StringComparison.Ordinal)}]"));

    private static string Default(ParameterInfo parameter)
    {
        if (!parameter.HasDefaultValue)
            return "";
        return " = " + parameter.DefaultValue switch
        {
            null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : "null",
            string text => $"\"{text}\"",
            bool value => value ? "true" : "false",
            var value => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        };
    }

    private static NullabilityInfo Nullability(ParameterInfo parameter) => new NullabilityInfoContext().Create(parameter);

    private static string Name(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef)
            return "ref " + Name(type.GetElementType()!, nullability);
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Name(value) + "?";
        var mark = nullability is { ReadState: NullabilityState.Nullable } && !type.IsValueType ? "?" : "";
        if (type.IsArray)
            return $"{Name(type.GetElementType()!, nullability?.ElementType)}[]{mark}";
        var plain = (type.IsNested && !type.IsGenericParameter ? Name(type.DeclaringType!) + "." : "") + type.Name.Split('`')[0];
        if (!type.IsGenericType)
            return plain + mark;
        var inner = nullability?.GenericTypeArguments is { Length: > 0 } known ? known : null;
        return $"{plain}<{string.Join(", ", type.GetGenericArguments().Select((argument, i) => Name(argument, inner?[i])))}>{mark}";
    }
}
