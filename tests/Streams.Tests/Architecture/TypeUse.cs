using System.Reflection;
using Streams.Blocks.Travel;

namespace Streams.Tests.Architecture;

/// <summary>Which types a type uses: in its declarations and in the code of its methods, compiler-made classes included.</summary>
internal static class TypeUse
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The outermost types of an assembly with all that they use, themselves left out.</summary>
    public static IEnumerable<(Type User, Type Used)> Of(Assembly assembly) =>
        from type in assembly.GetTypes()
        from used in Direct(type).SelectMany(Parts)
        let pair = (User: Outermost(type), Used: Outermost(used))
        where pair.User != pair.Used
        group pair by pair into distinct
        select distinct.Key;

    private static IEnumerable<Type?> Direct(Type type) =>
        type.GetInterfaces().Append(type.BaseType)
            .Concat(type.GetFields(All).Select(field => field.FieldType))
            .Concat(type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)).SelectMany(Direct));

    private static IEnumerable<Type?> Direct(MethodBase method)
    {
        var declared = method.GetParameters().Select(parameter => parameter.ParameterType).Append((method as MethodInfo)?.ReturnType);
        if (method.GetMethodBody() is not { } body)
            return declared;
        return declared
            .Concat(body.LocalVariables.Select(local => local.LocalType))
            .Concat(body.ExceptionHandlingClauses.Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause).Select(clause => clause.CatchType))
            .Concat(Instruction.Read(body.GetILAsByteArray()!).Where(instruction => instruction.Token != 0).SelectMany(instruction => Named(method, instruction.Token)));
    }

    private static IEnumerable<Type?> Named(MethodBase user, int token)
    {
        var typeArguments = user.DeclaringType is { IsGenericType: true } declaring ? declaring.GetGenericArguments() : null;
        var methodArguments = user.IsGenericMethod ? user.GetGenericArguments() : null;
        return user.Module.ResolveMember(token, typeArguments, methodArguments) switch
        {
            Type type => [type],
            FieldInfo field => [field.DeclaringType, field.FieldType],
            MethodInfo method => [method.DeclaringType, method.ReturnType, .. method.IsGenericMethod ? method.GetGenericArguments() : []],
            { } member => [member.DeclaringType],
            null => [],
        };
    }

    private static IEnumerable<Type> Parts(Type? type)
    {
        if (type is null || type.IsGenericParameter)
            return [];
        if (type.HasElementType)
            return Parts(type.GetElementType());
        return type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()) : [type];
    }

    private static Type Outermost(Type type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type;
    }
}
