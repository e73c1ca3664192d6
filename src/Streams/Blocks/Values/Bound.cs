using System.Reflection;

namespace Streams.Blocks.Values;

/// <summary>Types that people capture by mistake, each with what to do instead.</summary>
internal static class Bound
{
    private const string Default = "is bound to this process";

    private static readonly string[] TestFrameworks = ["xunit", "nunit", "Microsoft.VisualStudio.TestPlatform", "MSTest", "Microsoft.Testing"];

    /// <summary>The reason for a framework type that is not on the list.</summary>
    public static string Reason(Type type) => Find(type) ?? Default;

    /// <summary>The reason for a type that is known to be bound; null for any other.</summary>
    public static string? Find(Type type)
    {
        if (type == typeof(CancellationToken) || type == typeof(CancellationTokenSource))
            return $"{Default}; use {nameof(BlockContext)}.{nameof(BlockContext.Cancellation)}";
        if (type == typeof(IntPtr) || type == typeof(UIntPtr))
            return "is a handle or address of this process";
        if (typeof(Stream).IsAssignableFrom(type) || typeof(TextWriter).IsAssignableFrom(type) || typeof(TextReader).IsAssignableFrom(type))
            return $"{Default}; pass the path or the bytes";
        if (typeof(Task).IsAssignableFrom(type))
            return $"{Default}; await it before, or inside the block";
        if (type == typeof(BlockContext))
            return $"belongs to another block; a block uses the {nameof(BlockContext)} that it is given";
        if (type.Assembly == typeof(Bound).Assembly && type.GetInterface(nameof(IAsyncDisposable)) is not null)
            return $"{Default}; only the test itself runs blocks and waits for them";
        return IsOfTestFramework(type.Assembly) ? $"{Default}; use {nameof(BlockContext)}.{nameof(BlockContext.Log)} for output" : null;
    }

    private static bool IsOfTestFramework(Assembly assembly) =>
        assembly.GetName().Name is { } name && Array.Exists(TestFrameworks, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) && IsSigned(assembly);

    /// <summary>An author's own "xunit.tests" is his: the frameworks' assemblies are signed.</summary>
    private static bool IsSigned(Assembly assembly) => assembly.GetName().GetPublicKeyToken() is { Length: > 0 };
}
