using Streams.Blocks.Parameters;
using Streams.Blocks.Values;

namespace Streams;

public sealed partial class BlockContext
{
    /// <summary>Read when first asked for. Guarded by <see cref="_gate"/>.</summary>
    private object? _given;

    /// <summary>
    /// The parameters that the block was given, by name; the properties, if they were given as an object
    /// (<see cref="BlockOptions.Parameters"/>).
    /// </summary>
    public BlockParameters Parameters => Given() is { } given ? new BlockParameters(ParameterBinding.ByName(given)) : BlockParameters.Empty;

    /// <summary>The parameters as an object: the one that was given, or one made of parameters that were given by name.</summary>
    /// <typeparam name="T">A record or class whose constructor takes them, or whose properties can be set to them.</typeparam>
    /// <exception cref="FormatException">A parameter is missing, is of another type, or fits nowhere; the message names it.</exception>
    public T ParametersAs<T>()
        where T : notnull =>
        Given() is T given ? given : (T)ParameterBinding.Create(typeof(T), Parameters);

    private object? Given()
    {
        if (_specification.Parameters.IsEmpty)
            return null;
        lock (_gate)
            return _given ??= ValueReader.Read(_specification.Parameters.Memory, typeof(object), ValueUse.Capture);
    }
}
