namespace Streams.Owner;

/// <summary>NUnit: the ambient TestContext.</summary>
internal static class NUnitContext
{
    public static OwningTest? Find()
    {
        var type = DuckTyping.LoadedType("nunit.framework", "NUnit.Framework.TestContext");
        var context = DuckTyping.Static(type, "CurrentContext");
        var test = DuckTyping.Get(context, "Test");
        // Outside of a test NUnit answers with a context made on the spot, that has no method.
        if (DuckTyping.Text(test, "MethodName") is not { Length: > 0 } method)
            return null;
        return new OwningTest
        {
            Source = OwnerSource.NUnit,
            DisplayName = DuckTyping.Text(test, "FullName"),
            ClassName = DuckTyping.Text(test, "ClassName"),
            MethodName = method,
            UniqueId = DuckTyping.Text(test, "ID"),
            Log = DuckTyping.Static(type, "Out") is TextWriter writer ? writer.WriteLine : null,
            Cancellation = DuckTyping.Get(context, "CancellationToken") is CancellationToken token ? token : default,
        };
    }
}
