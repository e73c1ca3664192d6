using System.Collections.Concurrent;
using System.Reflection;
using Streams.Wire;

namespace Streams.Blocks.Values;

/// <summary>Describes a method for the wire, and finds it again.</summary>
internal static class MethodIdentities
{
    private static readonly ConcurrentDictionary<MethodInfo, MethodIdentity> Cache = new();

    public static MethodIdentity Of(MethodInfo method) => Cache.GetOrAdd(method, static method =>
    {
        var identity = new MethodIdentity { DeclaringType = TypeIdentities.Of(method.DeclaringType!), Token = method.MetadataToken, Name = method.Name };
        foreach (var argument in method.GetGenericArguments())
            identity.Arguments.Add(TypeIdentities.Of(argument));
        return identity;
    });

    public static MethodInfo Resolve(MethodIdentity identity, TypeResolver resolver)
    {
        if (identity.DeclaringType is null)
            throw new ValueFormatException("a method without a type");
        var type = resolver.Resolve(identity.DeclaringType);
        var definition = FrameworkAssemblies.Contains(type.Assembly)
            ? throw new ValueFormatException($"{TypeText.Of(type)}.{identity.Name} is a method of the framework")
            : type.Module.ResolveMethod(identity.Token)!;
        if (definition.Name != identity.Name)
            throw new ValueFormatException($"method {identity.Token:x8} of {TypeText.Of(type)} is {definition.Name}, not {identity.Name}");
        var method = (MethodInfo)MethodBase.GetMethodFromHandle(definition.MethodHandle, type.TypeHandle)!;
        return method.IsGenericMethodDefinition
            ? method.MakeGenericMethod([.. identity.Arguments.Select(resolver.Resolve)])
            : method;
    }
}
