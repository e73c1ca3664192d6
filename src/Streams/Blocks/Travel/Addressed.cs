using System.Reflection;
using System.Reflection.Emit;

namespace Streams.Blocks.Travel;

/// <summary>
/// Tells what becomes of a captured variable whose address is taken: most often a method of it is called, which only
/// reads; "ref x", "out x", "x.Field = 1" and "x = default" assign it.
/// </summary>
internal static class Addressed
{
    private const int LookAhead = 48;

    public static bool IsAssignment(List<Instruction> instructions, int index, Type type, Func<int, MemberInfo?> resolve)
    {
        for (var i = index + 1; i < instructions.Count && i <= index + LookAhead; i++)
        {
            var code = instructions[i].Code;
            if (code == OpCodes.Constrained)
                return false;
            var member = instructions[i].Token == 0 ? null : resolve(instructions[i].Token);
            if (code == OpCodes.Initobj && Equals(member, type))
                return true;
            if (member is FieldInfo field && Same(field.DeclaringType, type))
            {
                if (code == OpCodes.Stfld)
                    return true;
                if (code == OpCodes.Ldfld || code == OpCodes.Ldflda)
                    return false;
            }

            if (instructions[i].IsCall && member is MethodBase method)
            {
                if (!method.IsStatic && Same(method.DeclaringType, type))
                    return false;
                if (TakesReference(method, type) is { } assigns)
                    return assigns;
            }

            if (code.FlowControl is FlowControl.Return or FlowControl.Throw)
                return false;
        }

        return false;
    }

    private static bool? TakesReference(MethodBase method, Type type)
    {
        foreach (var parameter in method.GetParameters())
        {
            if (parameter.ParameterType.IsByRef && Same(parameter.ParameterType.GetElementType(), type))
                return !parameter.IsIn;
        }

        return null;
    }

    private static bool Same(Type? left, Type right) =>
        left is not null && (left == right || (left.Module == right.Module && left.MetadataToken == right.MetadataToken && left.IsGenericType && right.IsGenericType));
}
