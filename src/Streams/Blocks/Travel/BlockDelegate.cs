using System.Runtime.CompilerServices;
using Google.Protobuf;
using Streams.Blocks.Values;
using Streams.Wire;

namespace Streams.Blocks.Travel;

/// <summary>Turns a delegate into what a worker needs to run it, or refuses it before anything starts (docs/adr/0002).</summary>
internal static class BlockDelegate
{
    /// <exception cref="BlockNotSendableException">The block cannot travel.</exception>
    public static MethodCall Describe(Delegate block, string callerFile, int callerLine)
    {
        var place = new BlockPlace(block, callerFile, callerLine);
        if (DelegateRules.WhyNot(block) is { } reason)
            throw place.Refuse(reason, "", "");
        if (BadParameters(block) is { } parameters)
            throw place.Refuse(parameters, "", "");
        if (BadResult(block) is { } result)
            throw place.Refuse(result, "", "");
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
        try
        {
            return CaptureGraph.Write(block.Target, "", BlockCode.Of(block.Method));
        }
        catch (ValueRefusedException refused)
        {
            throw place.Refuse(refused);
        }
    }

    /// <summary>Values that come one by one: nobody would enumerate them there, and what is lazy does not travel.</summary>
    private static string? BadResult(Delegate block)
    {
        var type = block.Method.ReturnType;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))
            return $"returns an {TypeText.Of(type)}, which nobody would enumerate: return a list, or publish each value ({nameof(BlockContext)}.{nameof(BlockContext.Sync)})";
        return block.Method.IsDefined(typeof(IteratorStateMachineAttribute), inherit: false)
            ? "is an iterator, of which nothing would run: return a list"
            : null;
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
