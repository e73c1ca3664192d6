using System.Collections;
using Streams.Wire;

namespace Streams.Blocks.Commands;

/// <summary>The environment of a block's commands: that of the block, and what they are told of it (docs/writing-blocks.md).</summary>
internal static class CommandEnvironment
{
    public const string Sync = "STREAMS_SYNC";

    public static Dictionary<string, string> Of(BlockSpec specification, string? sync)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        foreach (var (name, value) in specification.Environment)
            variables[name] = value;
        variables["STREAMS_STREAM"] = specification.Id?.Stream ?? "";
        variables["STREAMS_BLOCK"] = specification.Name;
        variables["STREAMS_HOST"] = specification.Host;
        if (specification.Directory.Length > 0)
        {
            variables["STREAMS_BLOCK_DIR"] = specification.Directory;
            variables["STREAMS_DATA_DIR"] = Path.Combine(specification.Directory, BlockContext.DataName);
        }

        if (sync is not null)
            variables[Sync] = sync;
        if (specification.TraceParent.Length > 0)
            variables["TRACEPARENT"] = specification.TraceParent;
        if (specification.TraceState.Length > 0)
            variables["TRACESTATE"] = specification.TraceState;
        return variables;
    }
}
