using System.Globalization;
using Streams.Wire;

namespace Streams.Blocks;

/// <summary>Names of blocks that their author did not name.</summary>
internal static class BlockNames
{
    private const int Longest = 40;

    /// <summary>A method's own name; for a lambda or local function its file and line: <c>Netperf.cs.17</c>.</summary>
    public static string Of(Delegate block, MethodCall call)
    {
        var name = block.Method.Name;
        if (name.Length > 0 && !name.Contains('<', StringComparison.Ordinal))
            return name;
        return string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(call.SourceFile)}.{call.SourceLine}");
    }

    /// <summary>The type's own name, without what it is generic over.</summary>
    public static string Of(IBlock block) => block.GetType().Name.Split('`')[0];

    /// <summary>The last of the names that a reference was found to name: <c>Netperf.Big</c> of a method, <c>NetServer</c> of a type.</summary>
    public static string Of(FoundBlock found) =>
        found.Block is { } block ? Of(block) : string.Join('.', found.Name.Split('.')[^Math.Min(2, found.Name.Split('.').Length)..]);

    /// <summary>The program's name.</summary>
    public static string Of(CommandLine command)
    {
        var first = command.Arguments.Count > 0
            ? command.Arguments[0]
            : command.Shell.TrimStart().Split([' ', '\t', '\n', ';', '|', '&', '<', '>', '(', ')'], 2)[0];
        var name = Path.GetFileName(first.TrimEnd('/'));
        if (name.Length == 0)
            name = "sh";
        return name.Length <= Longest ? name : name[..Longest];
    }
}
