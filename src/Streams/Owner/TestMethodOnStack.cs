using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Streams.Owner;

/// <summary>The nearest method on the stack that carries a test framework's attribute. Knows no theory row.</summary>
internal static class TestMethodOnStack
{
    private static readonly HashSet<string> TestAttributes =
    [
        "Xunit.FactAttribute",
        "NUnit.Framework.TestAttribute",
        "NUnit.Framework.TestCaseAttribute",
        "Microsoft.VisualStudio.TestTools.UnitTesting.TestMethodAttribute",
    ];

    public static OwningTest? Find()
    {
        foreach (var frame in new StackTrace(skipFrames: 1, fNeedFileInfo: false).GetFrames())
        {
            if (frame.GetMethod() is { } executing && Written(executing) is { DeclaringType: { } owner } method && IsTest(method))
            {
                return new OwningTest
                {
                    Source = OwnerSource.Stack,
                    DisplayName = $"{owner.FullName}.{method.Name}",
                    ClassName = owner.FullName ?? owner.Name,
                    MethodName = method.Name,
                };
            }
        }

        return null;
    }

    // What runs of an async method is its state machine; the attribute is on the method that its author wrote.
    private static MethodBase Written(MethodBase executing)
    {
        if (executing.Name != "MoveNext" || executing.DeclaringType is not { DeclaringType: { } outer } machine)
            return executing;
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        return outer.GetMethods(all).FirstOrDefault(m => m.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType == machine) ?? executing;
    }

    private static bool IsTest(MethodBase method) => method.CustomAttributes.Any(attribute =>
    {
        for (var type = attribute.AttributeType; type is not null; type = type.BaseType)
        {
            if (type.FullName is { } name && TestAttributes.Contains(name))
                return true;
        }

        return false;
    });
}
