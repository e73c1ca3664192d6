using System.Reflection;
using System.Runtime.CompilerServices;

namespace Streams.Workers;

/// <summary>
/// Where an asynchronous method stands that waits: no thread has it on its stack, so its state machine is followed to what
/// it awaits, and that one's. Names of the compiler's fields are no promise of anybody's: what is not found is left out.
/// </summary>
internal static class AsyncChain
{
    private const int Deepest = 32;
    private const BindingFlags AnyInstance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>A line per method, outermost first, and at last what is awaited.</summary>
    public static List<string> Describe(Task task)
    {
        var lines = new List<string>();
        for (var current = (object?)task; current is not null && lines.Count < Deepest;)
        {
            if (StateMachine(current) is not { } machine)
            {
                lines.Add($"awaits {Name(current.GetType())}");
                break;
            }

            lines.Add($"at {Method(machine.GetType())} (async)");
            current = Awaited(machine);
        }

        return lines;
    }

    private static object? StateMachine(object task) => Field(task, "StateMachine");

    private static object? Awaited(object machine)
    {
        foreach (var field in machine.GetType().GetFields(AnyInstance))
        {
            if (field.Name.StartsWith("<>u__", StringComparison.Ordinal) && field.GetValue(machine) is { } awaiter && Target(awaiter) is { } target
                && target is not Task { IsCompleted: true })
                return target;
        }

        return null;
    }

    /// <summary>What an awaiter waits for; the awaiter itself if it is none of the framework's.</summary>
    private static object? Target(object awaiter)
    {
        if (Field(awaiter, "m_task") is Task task)
            return task;
        if (Field(awaiter, "m_configuredTaskAwaiter") is { } inner)
            return Target(inner);
        if (Field(awaiter, "_value") is { } value)
            return Field(value, "_obj");
        return awaiter is INotifyCompletion && awaiter.GetType().Namespace == typeof(TaskAwaiter).Namespace ? null : awaiter;
    }

    private static object? Field(object instance, string name)
    {
        for (var type = instance.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetField(name, AnyInstance) is { } field)
                return field.GetValue(instance);
        }

        return null;
    }

    /// <summary>"Netperf.Throughput" of the state machine "Netperf+&lt;Throughput&gt;d__3".</summary>
    private static string Method(Type machine)
    {
        var name = machine.Name;
        var (begin, end) = (name.IndexOf('<', StringComparison.Ordinal), name.LastIndexOf('>'));
        return $"{machine.DeclaringType?.FullName}.{(begin >= 0 && end > begin ? name[(begin + 1)..end] : name)}";
    }

    private static string Name(Type type) => type.FullName?.Split('`', '[')[0] ?? type.Name;
}
