using System.Collections.Concurrent;
using System.Reflection;

namespace Streams.Owner;

/// <summary>Reads members of objects whose types this library does not reference.</summary>
internal static class DuckTyping
{
    private const BindingFlags PublicInstance = BindingFlags.Public | BindingFlags.Instance;

    // Only what was found is remembered: a framework may be loaded later.
    private static readonly ConcurrentDictionary<string, Type> Types = new();

    /// <summary>A type of an assembly that is loaded already. Nothing is ever loaded by it.</summary>
    public static Type? LoadedType(string assembly, string name)
    {
        if (Types.TryGetValue(name, out var known))
            return known;
        var type = AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(a => a.GetName().Name == assembly)?.GetType(name);
        if (type is not null)
            Types[name] = type;
        return type;
    }

    public static object? Static(Type? type, string property) =>
        type?.GetProperty(property, BindingFlags.Public | BindingFlags.Static)?.GetValue(null);

    /// <summary>A property of the object, also one that it implements explicitly.</summary>
    public static object? Get(object? target, string property)
    {
        if (target is null)
            return null;
        var type = target.GetType();
        var found = type.GetProperty(property, PublicInstance)
            ?? type.GetInterfaces().Select(i => i.GetProperty(property)).FirstOrDefault(p => p is not null);
        return found?.GetValue(target);
    }

    public static string Text(object? target, string property) => Get(target, property) as string ?? "";

    public static object? Field(object target, string field)
    {
        for (var type = target.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetField(field, BindingFlags.NonPublic | PublicInstance | BindingFlags.DeclaredOnly) is { } found)
                return found.GetValue(target);
        }

        return null;
    }

    /// <summary>A method of the object as a delegate; null if it has no such method.</summary>
    public static TDelegate? Method<TDelegate>(object? target, string method, params Type[] parameters)
        where TDelegate : Delegate
    {
        if (target is null)
            return null;
        var type = target.GetType();
        var found = type.GetMethod(method, parameters)
            ?? type.GetInterfaces().Select(i => i.GetMethod(method, parameters)).FirstOrDefault(m => m is not null);
        return found?.CreateDelegate<TDelegate>(target);
    }
}
