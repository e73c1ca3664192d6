using System.Text.RegularExpressions;

namespace Streams.Owner;

/// <summary>Shortens a test's display name to what a person would call it.</summary>
internal static partial class TestName
{
    /// <summary><c>Demo.Netperf.Throughput(server: "db1", count: 2)</c> becomes <c>Netperf.Throughput(db1, 2)</c>.</summary>
    public static string Shorten(OwningTest test)
    {
        var name = test.DisplayName;
        var nested = test.ClassName.LastIndexOfAny(['.', '+']);
        if (nested > 0 && name.StartsWith(test.ClassName + ".", StringComparison.Ordinal))
            name = name[(nested + 1)..];
        var open = name.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
            return name;
        var arguments = ParameterName().Replace(name[open..], "$1").Replace("\"", "", StringComparison.Ordinal);
        return name[..open] + arguments;
    }

    /// <summary>Class and method of a display name of the form <c>Namespace.Class.Method(...)</c>; empty if it has another.</summary>
    public static (string ClassName, string MethodName) Split(string displayName)
    {
        var open = displayName.IndexOf('(', StringComparison.Ordinal);
        var full = open < 0 ? displayName : displayName[..open];
        var dot = full.LastIndexOf('.');
        return dot > 0 && DottedName().IsMatch(full) ? (full[..dot], full[(dot + 1)..]) : ("", "");
    }

    [GeneratedRegex(@"([(,]\s?)\w+: ")]
    private static partial Regex ParameterName();

    [GeneratedRegex(@"^[\w.+`<>]+$")]
    private static partial Regex DottedName();
}
