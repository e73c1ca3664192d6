using System.Reflection;
using System.Runtime.CompilerServices;
using Streams.Blocks.Values;

namespace Streams.Blocks.Travel;

/// <summary>Which delegates can travel at all.</summary>
internal static class DelegateRules
{
    /// <summary>Why not, as a predicate; null if it can.</summary>
    public static string? WhyNot(Delegate block)
    {
        if (!block.HasSingleTarget)
            return "calls more than one method (a multicast delegate); make it two blocks, or one lambda that calls both";
        if (block.Target?.GetType().FullName == "System.Runtime.CompilerServices.Closure")
            return "is compiled from an expression tree and has no method that another process could find; write it as a lambda";
        var method = block.Method;
        if (method.DeclaringType is not { } type || method.Module.Assembly.IsDynamic)
            return "is a dynamic method, which exists in this process only; write it as a lambda or method";
        if (method.Module.Assembly.IsCollectible)
            return "is in a collectible assembly, which another process cannot load";
        if (FrameworkAssemblies.Contains(type.Assembly))
            return $"is {TypeText.Of(type)}.{method.Name}, a method of the framework; call it from a lambda";
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false))
            return "returns void but is async: its end cannot be seen; return Task";
        return TypeIdentities.WhyNot(type) is { } reason ? $"is a method of {TypeText.Of(type)}, which {reason}" : UsesThis(block, method, type);
    }

    private static string? UsesThis(Delegate block, MethodInfo method, Type type)
    {
        var code = BlockCode.Of(method);
        if (!method.IsStatic && !Codecs.IsClosure(type))
            return ThisText(code, block.Target?.GetType() ?? type, method);
        for (var target = block.Target; target is not null && Codecs.IsClosure(target.GetType());)
        {
            object? outer = null;
            foreach (var field in FieldLists.AllOf(target.GetType()).Where(code.Uses))
            {
                if (FieldText.Of(field.Name) == "this")
                    return ThisText(code, field.GetValue(target)?.GetType() ?? field.FieldType, method);
                if (Codecs.IsClosure(field.FieldType))
                    outer = field.GetValue(target);
            }

            target = outer;
        }

        return null;
    }

    private static string ThisText(BlockCode code, Type type, MethodInfo method)
    {
        var members = code.MembersOf(type).ToList();
        if (!method.Name.StartsWith('<'))
            members.Insert(0, $"{method.Name}()");
        var through = members.Count == 0 ? "" : $" through {string.Join(", ", members)}";
        return $"uses 'this' ({TypeText.Of(type)}){through}; copy what it needs to a local variable, or make it static";
    }
}
