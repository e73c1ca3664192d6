using Streams.Processes;

namespace Streams.Blocks.References;

/// <summary>From a reference to blocks, with what is said when there is none or more than one.</summary>
internal static class ReferenceLookup
{
    /// <summary>The one block that the reference names.</summary>
    /// <exception cref="ArgumentException">It names none, or several.</exception>
    public static FoundBlock One(IBlockResolver resolver, string reference, BlockParameters parameters)
    {
        var found = All(resolver, reference, parameters);
        return found.Count == 1
            ? found[0]
            : throw new ArgumentException($"'{PrintableText.CleanLine(reference)}' names {found.Count} blocks: {string.Join(", ", found.Select(static block => block.Name))}. Name one of them, or run all of them with {nameof(ExecutionStream.RunAllBg)}.", nameof(reference));
    }

    /// <summary>All blocks that the reference names, at least one.</summary>
    /// <exception cref="ArgumentException">It names none.</exception>
    public static IReadOnlyList<FoundBlock> All(IBlockResolver resolver, string reference, BlockParameters parameters)
    {
        IReadOnlyList<FoundBlock> found;
        try
        {
            found = resolver.Resolve(reference, parameters) ?? [];
        }
        catch (ArgumentException exception) when (resolver is AssemblyBlockResolver && exception.ParamName == nameof(reference))
        {
            // The name may have been meant for a program.
            throw new ArgumentException($"{exception.Message.Split(" (Parameter", 2)[0]} To run it as a command, write \"exec:{PrintableText.CleanLine(reference)}\".", nameof(reference), exception);
        }

        return found.Count > 0 ? found : throw new ArgumentException($"No block '{PrintableText.CleanLine(reference)}': the resolver ({resolver.GetType().Name}) knows none of that name. To run it as a command, write \"exec:{PrintableText.CleanLine(reference)}\".", nameof(reference));
    }
}
