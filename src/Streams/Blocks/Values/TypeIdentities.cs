using System.Collections.Concurrent;
using System.Reflection;
using Google.Protobuf;
using Streams.Wire;

namespace Streams.Blocks.Values;

/// <summary>
/// Describes types for the wire: an author's type by assembly, module version and token, for a lambda's name means
/// nothing in another build; a framework's type by name, for another patch of the runtime must do.
/// </summary>
internal static class TypeIdentities
{
    private static readonly ConcurrentDictionary<Type, TypeIdentity> Cache = new();
    private static readonly ConcurrentDictionary<Module, ByteString> Versions = new();

    public static TypeIdentity Of(Type type) => Cache.GetOrAdd(type, Describe);

    public static ByteString VersionOf(Module module) =>
        Versions.GetOrAdd(module, static module => ByteString.CopyFrom(module.ModuleVersionId.ToByteArray()));

    /// <summary>Why a type cannot be named in another process; null if it can.</summary>
    public static string? WhyNot(Type type)
    {
        if (type.IsByRef || type.IsPointer || type.IsFunctionPointer)
            return "is an address in this process";
        if (type.ContainsGenericParameters)
            return "is an open generic type";
        if (type.HasElementType)
            return WhyNot(type.GetElementType()!);
        if (type.Assembly.IsDynamic)
            return "is in a dynamic assembly, which exists in this process only";
        if (type.IsCollectible)
            return "is in a collectible assembly, which the other process cannot load";
        return type.GetGenericArguments().Select(WhyNot).FirstOrDefault(reason => reason is not null);
    }

    private static TypeIdentity Describe(Type type)
    {
        if (type.IsArray)
            return new TypeIdentity { ArrayRank = type.IsSZArray ? 1 : RankOf(type), Arguments = { Of(type.GetElementType()!) } };
        var identity = new TypeIdentity
        {
            Assembly = type.Assembly.GetName().Name!,
            Name = (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName,
        };
        if (!FrameworkAssemblies.Contains(type.Assembly))
        {
            identity.ModuleVersion = VersionOf(type.Module);
            identity.Token = type.MetadataToken;
        }

        foreach (var argument in type.GetGenericArguments())
            identity.Arguments.Add(Of(argument));
        return identity;
    }

    /// <summary>A rank-1 array that is no vector (T[*]) does not exist in C#; it is not told apart.</summary>
    private static int RankOf(Type array) => array.GetArrayRank();
}
