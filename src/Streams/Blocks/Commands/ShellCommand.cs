using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Streams.Processes;

namespace Streams;

/// <summary>
/// A command line for <c>sh</c>, made from an interpolated string: each hole becomes exactly one word, quoted, whatever
/// it contains (each element of a sequence of texts becomes one). <c>{x:raw}</c> puts a text in as it is.
/// </summary>
/// <example><c>$"grep -c {pattern} {files}"</c></example>
[InterpolatedStringHandler]
public sealed class ShellCommand
{
    private const string Raw = "raw";

    private readonly StringBuilder _text;

    /// <summary>The quotation mark that the literal text has opened; NUL: none.</summary>
    private char _open;

    /// <summary>Called by the compiler.</summary>
    public ShellCommand(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (formattedCount * 16));

    internal ShellCommand(string text) => _text = new StringBuilder(Checked(text));

    /// <summary>Called by the compiler.</summary>
    public void AppendLiteral(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _text.Append(Checked(value));
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && _open != '\'')
                i++;
            else if (_open == '\0' && value[i] is '\'' or '"')
                _open = value[i];
            else if (value[i] == _open)
                _open = '\0';
        }
    }

    /// <summary>Called by the compiler.</summary>
    public void AppendFormatted<T>(T value) => AppendFormatted(value, null);

    /// <summary>Called by the compiler.</summary>
    /// <exception cref="FormatException">The hole stands within quotation marks.</exception>
    public void AppendFormatted<T>(T value, string? format)
    {
        if (format == Raw)
        {
            _text.Append(Checked(Text(value, null)));
            return;
        }

        if (_open != '\0')
            throw new FormatException($"A hole of a command stands within {_open} quotation marks: {_text}{_open}. Leave the marks away; holes are quoted by themselves.");
        if (value is IEnumerable sequence and not string)
            _text.AppendJoin(' ', sequence.Cast<object?>().Select(element => ShellQuoting.Quote(Text(element, format))));
        else
            _text.Append(ShellQuoting.Quote(Text(value, format)));
    }

    /// <summary>The command line as the shell gets it.</summary>
    public override string ToString() => _text.ToString();

    private static string Text(object? value, string? format) =>
        value is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : value?.ToString() ?? "";

    private static string Checked(string text) =>
        text.Contains('\0', StringComparison.Ordinal) ? throw new ArgumentException("A NUL character cannot be given to a program.", nameof(text)) : text;
}
