using System.Reflection;

namespace Streams.Owner;

/// <summary>xunit v2: the test behind the ITestOutputHelper whose WriteLine is the log.</summary>
internal static class XunitV2Output
{
    private const string OutputHelper = "Xunit.Sdk.TestOutputHelper";

    public static OwningTest? Find(Action<string>? log)
    {
        // xunit 2 has no public way from the output to the test. The field has had this name since 2015, and 2.9.3 is the
        // last version of that line; were it gone, xunit's events answer next.
        if (HelperBehind(log?.Target) is not { } helper || DuckTyping.Field(helper, "test") is not { } test)
            return null;
        var testCase = DuckTyping.Get(test, "TestCase");
        var method = DuckTyping.Get(testCase, "TestMethod");
        return new OwningTest
        {
            Source = OwnerSource.XunitV2Output,
            DisplayName = DuckTyping.Text(test, "DisplayName"),
            ClassName = DuckTyping.Text(DuckTyping.Get(DuckTyping.Get(method, "TestClass"), "Class"), "Name"),
            MethodName = DuckTyping.Text(DuckTyping.Get(method, "Method"), "Name"),
            UniqueId = DuckTyping.Text(testCase, "UniqueID"),
        };
    }

    // Either output.WriteLine itself, or a lambda that captured the output, or the test's class with the output in it: in a
    // field of the lambda's target, or of the 'this' that the lambda shares with others of its method.
    private static object? HelperBehind(object? target, int depth = 0)
    {
        if (target is null || IsHelper(target))
            return target;
        if (depth == 2)
            return null;
        foreach (var field in target.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            var isOutput = field.FieldType.FullName is "Xunit.Abstractions.ITestOutputHelper" or OutputHelper;
            if ((isOutput || field.Name == "<>4__this") && HelperBehind(field.GetValue(target), depth + 1) is { } helper)
                return helper;
        }

        return null;
    }

    private static bool IsHelper(object value) => value.GetType().FullName == OutputHelper;
}
