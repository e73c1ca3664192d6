using System.Reflection;
using System.Text;

namespace Streams.Tests.Shared;

/// <summary>The public surface of an assembly as text, for a file under review; one line a member, in a stable order.</summary>
public static class PublicApiText
{
    /// <summary>
    /// Compares with the reviewed file beside the caller's test; with STREAMS_UPDATE_API=1 it is written instead.
    /// </summary>
    public static void AssertUnchanged(Assembly assembly, string fileName, [System.Runtime.CompilerServices.CallerFilePath] string callerFile = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(callerFile)!, fileName);
        var text = Describe(assembly);
        if (Environment.GetEnvironmentVariable("STREAMS_UPDATE_API") == "1")
            File.WriteAllText(path, text);
        Assert.True(File.Exists(path), $"{path} is missing; write it with STREAMS_UPDATE_API=1 and review it");
        var reviewed = File.ReadAllText(path);
        var added = text.Split('\n').Except(reviewed.Split('\n'));
        var removed = reviewed.Split('\n').Except(text.Split('\n'));
        Assert.True(reviewed == text, $"The public API of {assembly.GetName().Name} changed.\n+ {string.Join("\n+ ", added)}\n- {string.Join("\n- ", removed)}\nIf it is meant: STREAMS_UPDATE_API=1, and review {fileName}.");
    }

    public static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Describe(type)).Append('\n');
            foreach (var line in Members(type).Order(StringComparer.Ordinal))
                text.Append("    ").Append(line).Append('\n');
        }
        return text.ToString();
    }

    private static string Describe(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : IsRecord(type) ? "record" : "class";
        var modifier = type is { IsAbstract: true, IsSealed: true } ? "static " : type is { IsAbstract: true, IsInterface: false } ? "abstract " : type is { IsSealed: true, IsValueType: false } ? "sealed " : "";
        var bases = new List<string>();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum))
            bases.Add(Name(parent));
        if (!type.IsEnum)
            bases.AddRange(type.GetInterfaces().Where(one => one.IsPublic && !one.Name.StartsWith("IEquatable", StringComparison.Ordinal)).Select(Name).Order(StringComparer.Ordinal));
        return $"{modifier}{kind} {Name(type)}{(bases.Count > 0 ? $" : {string.Join(", ", bases)}" : "")}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var member in type.GetMembers(Own))
        {
            var line = member switch
            {
                FieldInfo field when IsSeen(field) && !field.IsSpecialName => type.IsEnum ? $"{field.Name} = {field.GetRawConstantValue()}" : $"{(field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}",
                PropertyInfo property when property.GetAccessors(nonPublic: true).Any(IsSeen) => Property(property),
                ConstructorInfo constructor when IsSeen(constructor) => $"new({Parameters(constructor)})",
                MethodInfo method when IsSeen(method) && !method.IsSpecialName && !IsOfRecord(type, method) => Method(method),
                EventInfo one when one.AddMethod is { } add && IsSeen(add) => $"event {Name(one.EventHandlerType!)} {one.Name}",
                _ => null,
            };
            if (line is not null)
                yield return line;
        }
    }

    private static string Property(PropertyInfo property)
    {
        var accessors = new List<string>();
        if (property.GetMethod is { } get && IsSeen(get))
            accessors.Add("get;");
        if (property.SetMethod is { } set && IsSeen(set))
            accessors.Add(set.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit") ? "init;" : "set;");
        var required = property.CustomAttributes.Any(attribute => attribute.AttributeType.Name == "RequiredMemberAttribute") ? "required " : "";
        return $"{required}{(property.GetAccessors(true)[0].IsStatic ? "static " : "")}{Name(property.PropertyType)}{Null(new NullabilityInfoContext().Create(property).ReadState)} {property.Name} {{ {string.Join(' ', accessors)} }}";
    }

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";
        return $"{(method.IsStatic ? "static " : "")}{(method.IsAbstract ? "abstract " : "")}{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{Name(parameter.ParameterType)}{Null(new NullabilityInfoContext().Create(parameter).WriteState)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "default"}" : "")}"));

    private static string Null(NullabilityState state) => state == NullabilityState.Nullable ? "?" : "";

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsSeen(FieldInfo field) => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly;

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    // What the compiler adds to every record says nothing.
    private static bool IsOfRecord(Type type, MethodInfo method) =>
        IsRecord(type) && method.Name is "ToString" or "GetHashCode" or "Equals" or "PrintMembers" or "<Clone>$" or "Deconstruct";

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return $"ref {Name(type.GetElementType()!)}";
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying);
        var name = type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        return type.IsGenericType ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
