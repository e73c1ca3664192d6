using System.Reflection;
using Google.Protobuf;
using Streams.Blocks.Values;
using Streams.Wire;

namespace Streams.Blocks.Travel;

/// <summary>Turns a delegate into what a worker needs to run it, or refuses it before anything starts (docs/adr/0002).</summary>
internal static class BlockDelegate
{
    /// <summary>A delegate found late may widen the use of a closure; each round finds at least one, so few are needed.</summary>
    private const int MaxRounds = 100;

    /// <exception cref="BlockNotSendableException">The block cannot travel.</exception>
    public static MethodCall Describe(Delegate block, string callerFile, int callerLine)
    {
        var place = new BlockPlace(block, callerFile, callerLine);
        if (DelegateRules.WhyNot(block) is { } reason)
            throw place.Refuse(reason, "", "");
        if (BadParameters(block) is { } parameters)
            throw place.Refuse(parameters, "", "");
        foreach (var variable in BlockCode.Of(block.Method).AssignedVariables())
            throw place.Refuse($"assigns captured variable '{variable}'; the test would not see it: return the value from the block", variable, "");

        return new MethodCall
        {
            Method = MethodIdentities.Of(block.Method),
            Target = WriteTarget(block, place),
            SourceFile = callerFile,
            SourceLine = callerLine,
        };
    }

    private static ByteString WriteTarget(Delegate block, BlockPlace place)
    {
        if (block.Target is null || (Codecs.IsClosure(block.Target.GetType()) && BlockCode.Of(block.Method).Used.Count == 0))
            return ByteString.Empty;
        var use = new ClosureUse(BlockCode.Of(block.Method));
        try
        {
            for (var round = 0; round < MaxRounds; round++)
            {
                use.Grew = false;
                var bytes = GraphWriter.Write(block.Target, "", ValueUse.Capture, use);
                if (!use.Grew)
                    return bytes;
            }
        }
        catch (ValueRefusedException refused)
        {
            throw place.Refuse(refused);
        }

        throw place.Refuse("captures too many delegates of each other", "", "");
    }

    private static string? BadParameters(Delegate block)
    {
        var parameters = block.GetType().GetMethod("Invoke")!.GetParameters();
        return parameters.Length == 0 || (parameters.Length == 1 && parameters[0].ParameterType == typeof(BlockContext))
            ? null
            : $"takes parameters ({string.Join(", ", parameters.Select(static parameter => TypeText.Of(parameter.ParameterType)))}); a block takes none, or a {nameof(BlockContext)}";
    }

    /// <summary>Where a block stands in the author's source, for refusals.</summary>
    private sealed class BlockPlace(Delegate block, string callerFile, int callerLine)
    {
        public BlockNotSendableException Refuse(string reason, string variable, string type)
        {
            var (file, line) = Find();
            return new BlockNotSendableException($"Block at {Path.GetFileName(file)}:{line} {reason}", variable, type, file, line);
        }

        public BlockNotSendableException Refuse(ValueRefusedException refused)
        {
            var (file, line) = Find();
            var type = TypeText.Of(refused.Type);
            var advice = refused.Reason.Contains(';', StringComparison.Ordinal) ? "" : "; pass plain values";
            return new BlockNotSendableException(
                $"Block at {Path.GetFileName(file)}:{line} uses '{refused.Path}' ({type}), which cannot travel to another process: it {refused.Reason}{advice}",
                refused.Path, type, file, line, refused);
        }

        private (string File, int Line) Find() =>
            FrameworkAssemblies.Contains(block.Method.Module.Assembly) || block.Method.Module.Assembly.IsDynamic
                ? (callerFile, callerLine)
                : SourceLines.Of(block.Method) ?? (callerFile, callerLine);
    }
}
