namespace Streams.Owner;

/// <summary>MSTest: the ambient TestContext, or the one whose WriteLine is the log.</summary>
internal static class MSTestContext
{
    private const string TypeName = "Microsoft.VisualStudio.TestTools.UnitTesting.TestContext";

    public static OwningTest? Find()
    {
        // The assembly was renamed in version 4.
        var type = DuckTyping.LoadedType("MSTest.TestFramework.Extensions", TypeName)
            ?? DuckTyping.LoadedType("Microsoft.VisualStudio.TestPlatform.TestFramework.Extensions", TypeName);
        return DuckTyping.Static(type, "Current") is { } context ? From(context) : null;
    }

    public static OwningTest? Find(Action<string>? log)
    {
        for (var type = log?.Target?.GetType(); type is not null; type = type.BaseType)
        {
            if (type.FullName == TypeName)
                return From(log!.Target!);
        }

        return null;
    }

    private static OwningTest? From(object context)
    {
        var className = DuckTyping.Text(context, "FullyQualifiedTestClassName");
        var method = DuckTyping.Text(context, "TestName");
        if (method.Length == 0)
            return null;
        var shown = DuckTyping.Text(context, "TestDisplayName");
        return new OwningTest
        {
            Source = OwnerSource.MSTest,
            DisplayName = $"{className}.{(shown.Length > 0 ? shown : method)}",
            ClassName = className,
            MethodName = method,
            Log = DuckTyping.Method<Action<string>>(context, "WriteLine", typeof(string)),
            Cancellation = DuckTyping.Get(context, "CancellationToken") is CancellationToken token ? token : default,
        };
    }
}
