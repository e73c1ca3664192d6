using System.Globalization;
using Google.Protobuf;
using Streams.Blocks.Parameters;
using Streams.Blocks.Values;
using Streams.Wire;

namespace Streams.Blocks.Travel;

/// <summary>Turns an instance of the author's block type, and parameters, into what a worker needs, or refuses them before anything starts.</summary>
internal static class BlockInstances
{
    /// <exception cref="BlockNotSendableException">The block cannot travel.</exception>
    public static BlockInstance Describe(IBlock block, string file, int line)
    {
        var type = block.GetType();
        var place = $"{Path.GetFileName(file)}:{line.ToString(CultureInfo.InvariantCulture)}";
        if (ValueTypesOf(type) is [_, _, ..] several)
            throw new BlockNotSendableException($"Block {type.Name}, given at {place}, returns several values ({string.Join(", ", several.Select(TypeText.Of))}); a block returns one", "", TypeText.Of(type), file, line);
        try
        {
            return new BlockInstance { Value = CaptureGraph.Write(block, "", null), Type = TypeIdentities.Of(type) };
        }
        catch (ValueRefusedException refused)
        {
            throw Refuse($"Block {type.Name}, given at {place}, uses", refused, file, line);
        }
    }

    /// <summary>Parameters as the block will read them; empty: none.</summary>
    /// <exception cref="BlockNotSendableException">They cannot travel.</exception>
    /// <exception cref="ArgumentException">They have no names.</exception>
    public static ByteString Parameters(object? parameters, string file, int line)
    {
        if (parameters is null)
            return ByteString.Empty;
        var byName = ParameterBinding.ByName(parameters);
        try
        {
            var isMap = parameters is System.Collections.IEnumerable;
            return CaptureGraph.Write(isMap ? new Dictionary<string, object?>(byName, StringComparer.Ordinal) : parameters, "", null);
        }
        catch (ValueRefusedException refused)
        {
            throw Refuse($"The parameters of the block given at {Path.GetFileName(file)}:{line.ToString(CultureInfo.InvariantCulture)} hold", refused, file, line);
        }
    }

    /// <summary>The types of value that a block type returns: none or one, if it is to be used.</summary>
    public static List<Type> ValueTypesOf(Type type) =>
        [.. type.GetInterfaces().Where(static role => role.IsGenericType && role.GetGenericTypeDefinition() == typeof(IBlock<>)).Select(static role => role.GetGenericArguments()[0])];

    private static BlockNotSendableException Refuse(string subject, ValueRefusedException refused, string file, int line)
    {
        var advice = refused.Reason.Contains(';', StringComparison.Ordinal) ? "" : "; pass plain values";
        var type = TypeText.Of(refused.Type);
        return new BlockNotSendableException($"{subject} '{refused.Path}' ({type}), which cannot travel to another process: it {refused.Reason}{advice}", refused.Path, type, file, line, refused);
    }
}
