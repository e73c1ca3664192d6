namespace Streams.Owner;

/// <summary>xunit v3: the ambient TestContext.</summary>
internal static class XunitV3Context
{
    public static OwningTest? Find()
    {
        var context = DuckTyping.Static(DuckTyping.LoadedType("xunit.v3.core", "Xunit.TestContext"), "Current");
        if (DuckTyping.Get(context, "Test") is not { } test)
            return null;
        var testCase = DuckTyping.Get(context, "TestCase");
        return new OwningTest
        {
            Source = OwnerSource.XunitV3,
            DisplayName = DuckTyping.Text(test, "TestDisplayName"),
            ClassName = DuckTyping.Text(testCase, "TestClassName"),
            MethodName = DuckTyping.Text(testCase, "TestMethodName"),
            UniqueId = DuckTyping.Text(test, "UniqueID"),
            Log = DuckTyping.Method<Action<string>>(DuckTyping.Get(context, "TestOutputHelper"), "WriteLine", typeof(string)),
            Attach = DuckTyping.Method<Action<string, byte[], string>>(context, "AddAttachment", typeof(string), typeof(byte[]), typeof(string)),
            Cancellation = DuckTyping.Get(context, "CancellationToken") is CancellationToken token ? token : default,
        };
    }
}
