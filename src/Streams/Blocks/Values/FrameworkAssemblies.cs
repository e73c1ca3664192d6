using System.Reflection;
using System.Runtime.CompilerServices;

namespace Streams.Blocks.Values;

/// <summary>Tells the framework's assemblies from the author's. By strong name, so that every process answers the same.</summary>
internal static class FrameworkAssemblies
{
    private static readonly ConditionalWeakTable<Assembly, StrongBox<bool>> Known = [];

    public static bool Contains(Assembly assembly) =>
        Known.GetValue(assembly, static assembly => new StrongBox<bool>(IsFramework(assembly))).Value;

    private static bool IsFramework(Assembly assembly)
    {
        var name = assembly.GetName();
        return Convert.ToHexString(name.GetPublicKeyToken() ?? []) is
            "7CEC85D7BEA7798E" or "B03F5F7F11D50A3A" or "CC7B13FFCD2DDD51" or "B77A5C561934E089" or "ADB9793829DDAE60" or "31BF3856AD364E35";
    }
}
