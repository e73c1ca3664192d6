namespace Streams.Owner;

/// <summary>How a running test is skipped, without a reference to its framework.</summary>
internal static class TestSkip
{
    /// <summary>With this at the beginning of its message xunit v3 takes any exception for a skip.</summary>
    private const string XunitV3Mark = "$XunitDynamicSkip$";

    private const string InconclusiveName = "Microsoft.VisualStudio.TestTools.UnitTesting.AssertInconclusiveException";

    /// <summary>The exception that skips the test; null if its framework cannot skip a test that runs.</summary>
    public static Exception? Exception(OwnerSource framework, string reason) => framework switch
    {
        OwnerSource.XunitV3 => new InvalidOperationException(XunitV3Mark + reason),
        OwnerSource.NUnit => Make("nunit.framework", "NUnit.Framework.IgnoreException", reason),
        OwnerSource.MSTest => Make("MSTest.TestFramework", InconclusiveName, reason) ?? Make("Microsoft.VisualStudio.TestPlatform.TestFramework", InconclusiveName, reason),
        _ => null,
    };

    private static Exception? Make(string assembly, string type, string reason) =>
        DuckTyping.LoadedType(assembly, type) is { } found ? Activator.CreateInstance(found, reason) as Exception : null;
}
