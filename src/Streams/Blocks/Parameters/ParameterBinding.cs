using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Streams.Blocks.Parameters;

/// <summary>Between parameters by name and objects with properties: a record's constructor is its list of parameters.</summary>
internal static class ParameterBinding
{
    /// <summary>The parameters of a dictionary, or the public properties of any other object.</summary>
    /// <exception cref="ArgumentException">It is a plain value: there is no name for it.</exception>
    public static IReadOnlyDictionary<string, object?> ByName(object parameters) => parameters switch
    {
        IEnumerable<KeyValuePair<string, object?>> pairs => pairs.ToDictionary(StringComparer.Ordinal),
        IDictionary map => map.Keys.Cast<object>().ToDictionary(key => key as string ?? throw new ArgumentException($"Parameters have names: the key '{key}' is no text."), key => map[key], StringComparer.Ordinal),
        string or IEnumerable or ValueType => throw new ArgumentException($"Parameters have names: give a dictionary, or an object with properties, not a {parameters.GetType().Name}."),
        _ => Properties(parameters.GetType()).ToDictionary(property => property.Name, property => property.GetValue(parameters), StringComparer.Ordinal),
    };

    /// <summary>
    /// Makes an object with the constructor that takes the most of the parameters, by name without regard to case and
    /// underscores; what the constructor does not take goes to properties that can be set.
    /// </summary>
    /// <exception cref="FormatException">No constructor fits; the message says what is missing or left over.</exception>
    public static object Create(Type type, IReadOnlyDictionary<string, object?> parameters)
    {
        var left = parameters.ToDictionary(pair => Key(pair.Key), pair => pair, StringComparer.Ordinal);
        var constructors = type.GetConstructors().Where(constructor => !IsCopy(constructor)).OrderByDescending(constructor => constructor.GetParameters().Length).ToList();
        var constructor = constructors.Find(candidate => Missing(candidate, left).Count == 0)
            ?? throw new FormatException(constructors.Count == 0
                ? $"{type.Name} has no public constructor."
                : $"{type.Name} needs the parameter{(Missing(constructors[^1], left).Count > 1 ? "s" : "")} {string.Join(", ", Missing(constructors[^1], left))}; given: {(parameters.Count == 0 ? "none" : string.Join(", ", parameters.Keys))}.");
        var arguments = constructor.GetParameters()
            .Select(parameter => left.Remove(Key(parameter.Name!), out var given) ? Convert(given.Value, parameter.ParameterType, given.Key) : parameter.DefaultValue)
            .ToArray();
        var made = constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, CultureInfo.InvariantCulture);
        SetRest(made, left);
        return made;
    }

    /// <summary>The value as that type.</summary>
    /// <exception cref="FormatException">It is of another type and cannot be converted without loss.</exception>
    public static object? Convert(object? value, Type type, string name)
    {
        var wanted = Nullable.GetUnderlyingType(type) ?? type;
        if (value is null)
            return !type.IsValueType || wanted != type ? null : throw new FormatException($"Parameter '{name}' is null, not a {wanted.Name}.");
        if (wanted.IsInstanceOfType(value))
            return value;
        try
        {
            var converted = (wanted, value) switch
            {
                ({ IsEnum: true }, string text) => Enum.Parse(wanted, text, ignoreCase: true),
                _ when wanted == typeof(TimeSpan) && value is string text => TimeSpan.Parse(text, CultureInfo.InvariantCulture),
                _ => System.Convert.ChangeType(value, wanted, CultureInfo.InvariantCulture),
            };
            if (value is string || System.Convert.ChangeType(converted, value.GetType(), CultureInfo.InvariantCulture).Equals(value))
                return converted;
        }
        catch (Exception exception) when (exception is InvalidCastException or FormatException or OverflowException or ArgumentException)
        {
            // Said below, in one way.
        }

        throw new FormatException($"Parameter '{name}' is '{value}' ({value.GetType().Name}), which is no {wanted.Name}.");
    }

    private static void SetRest(object made, Dictionary<string, KeyValuePair<string, object?>> left)
    {
        foreach (var property in Properties(made.GetType()).Where(property => property.SetMethod is { IsPublic: true }))
        {
            if (left.Remove(Key(property.Name), out var given))
                property.SetValue(made, Convert(given.Value, property.PropertyType, given.Key));
        }

        if (left.Count > 0)
            throw new FormatException($"{made.GetType().Name} has no parameter {string.Join(", ", left.Values.Select(pair => pair.Key))}; it has: {string.Join(", ", Properties(made.GetType()).Select(property => property.Name))}.");
    }

    private static List<string> Missing(ConstructorInfo constructor, Dictionary<string, KeyValuePair<string, object?>> given) =>
        [.. constructor.GetParameters().Where(parameter => !parameter.HasDefaultValue && !given.ContainsKey(Key(parameter.Name!))).Select(parameter => parameter.Name!)];

    private static bool IsCopy(ConstructorInfo constructor) =>
        constructor.GetParameters() is [var only] && only.ParameterType == constructor.DeclaringType;

    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0);

    private static string Key(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
