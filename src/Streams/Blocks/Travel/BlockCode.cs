using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Streams.Blocks.Values;

namespace Streams.Blocks.Travel;

/// <summary>
/// What the code of one block touches, found by reading its IL: captured variables used and assigned, members reached
/// through 'this'. Follows the code that the compiler made out of the block: state machines, nested lambdas, local functions.
/// </summary>
internal sealed class BlockCode
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly ConcurrentDictionary<MethodInfo, BlockCode> Cache = new();

    private readonly HashSet<MethodBase> _done = [];
    private readonly Queue<MethodBase> _open = new();
    private readonly HashSet<(Module, int)> _used = [];
    private readonly List<FieldInfo> _assigned = [];
    private readonly List<MemberInfo> _members = [];

    /// <summary>Closure types that the block itself creates: their variables are its own.</summary>
    private readonly HashSet<(Module, int)> _created = [];

    private BlockCode(MethodInfo method)
    {
        Follow(method);
        while (_open.TryDequeue(out var next))
            Scan(next);
    }

    /// <summary>Fields of closures that the code uses, by module and token: the same for each instantiation of a generic type.</summary>
    public IReadOnlySet<(Module Module, int Token)> Used => _used;

    public static BlockCode Of(MethodInfo method) => Cache.GetOrAdd(method, static method => new BlockCode(method));

    /// <summary>Captured variables that the code assigns, by the author's names.</summary>
    public IEnumerable<string> AssignedVariables() => _assigned
        .Where(field => !_created.Contains(Key(field.DeclaringType!)))
        .Select(static field => FieldText.Of(field.Name))
        .Where(static name => name.Length > 0)
        .Distinct();

    /// <summary>Members of a type (or its bases) that the code reaches, as the author calls them: "_host", "Helper()".</summary>
    public IEnumerable<string> MembersOf(Type type) => _members
        .Where(member => member.DeclaringType is { } declaring && declaring != typeof(object) && (declaring == type || SameDefinition(declaring, type)))
        .Select(MemberText)
        .Where(static text => text.Length > 0)
        .Distinct();

    /// <summary>True if the code itself uses this field of a closure.</summary>
    public bool Uses(FieldInfo field) => _used.Contains((field.Module, field.MetadataToken));

    private static (Module, int) Key(Type type) => (type.Module, type.MetadataToken);

    private static bool SameDefinition(Type declaring, Type type)
    {
        for (Type? level = type; level is not null; level = level.BaseType)
        {
            if (level.Module == declaring.Module && level.MetadataToken == declaring.MetadataToken)
                return true;
        }

        return false;
    }

    private static string MemberText(MemberInfo member) => member switch
    {
        FieldInfo field => FieldText.Of(field.Name),
        MethodBase { IsConstructor: true } or MethodBase { IsStatic: true } => "",
        MethodBase method when method.IsSpecialName && method.Name.Contains('_', StringComparison.Ordinal) => method.Name[(method.Name.IndexOf('_', StringComparison.Ordinal) + 1)..],
        MethodBase method when method.Name.StartsWith('<') => "",
        MethodBase method => method.Name + "()",
        _ => "",
    };

    private void Scan(MethodBase method)
    {
        if (method.GetCustomAttribute<StateMachineAttribute>() is { } machine)
            FollowAll(machine.StateMachineType);
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } il)
            return;

        var typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var methodArguments = method is { IsConstructor: false, IsGenericMethod: true } ? method.GetGenericArguments() : null;
        var instructions = Instruction.Read(il);
        for (var i = 0; i < instructions.Count; i++)
        {
            if (instructions[i].Token != 0 && Resolve(method.Module, instructions[i].Token, typeArguments, methodArguments) is { } member)
                Note(instructions, i, member, token => Resolve(method.Module, token, typeArguments, methodArguments));
        }
    }

    private static MemberInfo? Resolve(Module module, int token, Type[]? typeArguments, Type[]? methodArguments)
    {
        try
        {
            return module.ResolveMember(token, typeArguments, methodArguments);
        }
        catch (Exception exception) when (exception is ArgumentException or TypeLoadException or FileNotFoundException or FileLoadException or BadImageFormatException or MissingMemberException)
        {
            // A member that does not resolve here is no captured variable; the block will say so itself if it gets there.
            return null;
        }
    }

    private void Note(List<Instruction> instructions, int index, MemberInfo member, Func<int, MemberInfo?> resolve)
    {
        switch (member)
        {
            case FieldInfo field:
                NoteField(instructions, index, field, resolve);
                break;
            case MethodBase called:
                _members.Add(called);
                if (called is ConstructorInfo && instructions[index].Code == OpCodes.Newobj && Codecs.IsClosure(called.DeclaringType!))
                    _created.Add(Key(called.DeclaringType!));
                else if (called is ConstructorInfo && IsMade(called.DeclaringType!))
                    FollowAll(called.DeclaringType!);
                if (IsMade(called) || (called.DeclaringType is { } type && IsMade(type)))
                    Follow(called);
                break;
        }
    }

    private void NoteField(List<Instruction> instructions, int index, FieldInfo field, Func<int, MemberInfo?> resolve)
    {
        _members.Add(field);
        // "<>9...": where the compiler keeps a delegate for the next call; it is made again there.
        if (!Codecs.IsClosure(field.DeclaringType!) || field.Name.StartsWith("<>9", StringComparison.Ordinal))
            return;
        _used.Add((field.Module, field.MetadataToken));
        var code = instructions[index].Code;
        if (code == OpCodes.Stfld || (code == OpCodes.Ldflda && Addressed.IsAssignment(instructions, index, field.FieldType, resolve)))
            _assigned.Add(field);
    }

    private static bool IsMade(MemberInfo member) =>
        member.Name.StartsWith('<') && (member is not Type type || !type.Name.StartsWith("<>f__", StringComparison.Ordinal)) && member.Module.Assembly.IsDynamic is false;

    private void FollowAll(Type machine)
    {
        foreach (var method in machine.GetMethods(Any))
            Follow(method);
    }

    private void Follow(MethodBase method)
    {
        if (_done.Add(method))
            _open.Enqueue(method);
    }
}
