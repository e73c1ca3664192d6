using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;

namespace Streams.Blocks.Travel;

/// <summary>Finds the line on which a method begins, from its portable PDB. Read only to write a refusal.</summary>
internal static class SourceLines
{
    public static (string File, int Line)? Of(MethodInfo method)
    {
        try
        {
            return Find(method);
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException or UnauthorizedAccessException or InvalidOperationException)
        {
            // Without symbols the place of the call stands for the place of the block.
            return null;
        }
    }

    private static (string File, int Line)? Find(MethodInfo method)
    {
        var path = method.Module.FullyQualifiedName;
        if (!File.Exists(path))
            return null;
        using var image = new PEReader(File.OpenRead(path));
        if (!image.TryOpenAssociatedPortablePdb(path, static pdb => File.Exists(pdb) ? File.OpenRead(pdb) : null, out var provider, out _))
            return null;
        using (provider)
        {
            var reader = provider!.GetMetadataReader();
            var body = method.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType.GetMethod("MoveNext", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);
            return First(reader, method) ?? (body is null ? null : First(reader, body));
        }
    }

    private static (string File, int Line)? First(MetadataReader reader, MethodInfo method)
    {
        var information = reader.GetMethodDebugInformation(((MethodDefinitionHandle)MetadataTokens.Handle(method.MetadataToken)).ToDebugInformationHandle());
        foreach (var point in information.GetSequencePoints())
        {
            if (!point.IsHidden)
                return (reader.GetString(reader.GetDocument(point.Document).Name), point.StartLine);
        }

        return null;
    }
}
