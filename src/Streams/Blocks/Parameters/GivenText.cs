using Streams.Blocks.Verdicts;
using Streams.Processes;

namespace Streams.Blocks.Parameters;

/// <summary>What a block is given, as text for people: bounded, safe to print, whatever the author's own members do.</summary>
internal static class GivenText
{
    public static string Of(object? value)
    {
        string? text;
        try
        {
            text = value is System.Collections.IEnumerable and not string
                ? $"[{string.Join(", ", ((System.Collections.IEnumerable)value).Cast<object?>().Take(20))}]"
                : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception exception)
        {
            // The author's ToString threw: a line in a log is not worth the block.
            text = $"[its text could not be read: {exception.GetType().FullName}]";
        }

        return PrintableText.CleanLine(Excerpt.OfLine(text ?? ""));
    }

    /// <summary>A block type: a record prints its properties; a class that prints nothing has its name.</summary>
    public static string Of(IBlock block) => Of((object)block) is var text && text == block.GetType().ToString() ? block.GetType().Name : text;

    public static GivenBlock Given(string text, object? parameters) => new(
        text,
        parameters is null ? System.Collections.Frozen.FrozenDictionary<string, string>.Empty
            : ParameterBinding.ByName(parameters).ToDictionary(pair => PrintableText.CleanLine(Excerpt.OfLine(pair.Key)), pair => Of(pair.Value), StringComparer.Ordinal));
}
