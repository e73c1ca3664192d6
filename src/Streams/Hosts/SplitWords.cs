using System.Text;

namespace Streams.Hosts;

/// <summary>
/// Splits a command line of the user's own into words: at blanks, save inside single or double quotes. Nothing is
/// expanded and nothing is an escape, so that what is written is what is started.
/// </summary>
internal static class SplitWords
{
    /// <summary>The words; null if a quote is not closed.</summary>
    public static IReadOnlyList<string>? Of(string text)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        foreach (var character in text)
        {
            if (quote != '\0' && character == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && character is '\'' or '"')
            {
                quote = character;
                word ??= new StringBuilder();
            }
            else if (quote == '\0' && char.IsWhiteSpace(character))
            {
                Add();
            }
            else
            {
                (word ??= new StringBuilder()).Append(character);
            }
        }

        Add();
        return quote == '\0' ? words : null;

        void Add()
        {
            if (word is not null)
                words.Add(word.ToString());
            word = null;
        }
    }
}
