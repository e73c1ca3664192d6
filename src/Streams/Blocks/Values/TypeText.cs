using System.Text;

namespace Streams.Blocks.Values;

/// <summary>Type names as a C# programmer writes them, with namespaces.</summary>
internal static class TypeText
{
    public static string Of(Type type)
    {
        if (type.IsArray)
            return $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return $"{Of(underlying)}?";
        if (!type.IsGenericType)
            return (type.FullName ?? type.Name).Replace('+', '.');

        var text = new StringBuilder();
        var name = (type.GetGenericTypeDefinition().FullName ?? type.Name).Replace('+', '.');
        var arguments = type.GetGenericArguments();
        var used = 0;
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] != '`')
            {
                text.Append(name[i]);
                continue;
            }

            var digits = i + 1;
            while (digits < name.Length && char.IsAsciiDigit(name[digits]))
                digits++;
            var count = int.Parse(name.AsSpan(i + 1, digits - i - 1), System.Globalization.CultureInfo.InvariantCulture);
            text.Append('<').AppendJoin(", ", arguments.Skip(used).Take(count).Select(Of)).Append('>');
            used += count;
            i = digits - 1;
        }

        return text.ToString();
    }
}
