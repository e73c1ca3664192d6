using System.Reflection;
using System.Runtime.CompilerServices;
using Streams.Blocks.Values;
using Streams.Wire;

namespace Streams.Workers;

/// <summary>A method that was found by its identity, ready to be called again and again.</summary>
internal sealed class ResolvedBlock
{
    private readonly MethodInfo _method;
    private readonly bool _takesContext;
    private readonly bool _targetIsArgument;
    private readonly Kind _kind;
    private readonly Func<object, Task>? _asTask;
    private readonly Func<Task, object?>? _resultOf;

    /// <summary>The target of a block that captures nothing: an object without content.</summary>
    private readonly object? _emptyTarget;

    public ResolvedBlock(MethodIdentity identity)
    {
        _method = MethodIdentities.Resolve(identity, TrustingTypeResolver.Instance);
        var parameters = _method.GetParameters();
        _takesContext = parameters.Length > 0 && parameters[^1].ParameterType == typeof(BlockContext);
        _targetIsArgument = parameters.Length > (_takesContext ? 1 : 0);
        _emptyTarget = _method.IsStatic ? null : RuntimeHelpers.GetUninitializedObject(_method.DeclaringType!);
        (_kind, ResultType) = Classify(_method.ReturnType);
        if (_kind == Kind.ValueTaskOfResult)
            _asTask = Generic<Func<object, Task>>(nameof(AsTask), ResultType!);
        if (ResultType is not null && _kind != Kind.Value)
            _resultOf = Generic<Func<Task, object?>>(nameof(ResultOf), ResultType);
    }

    private enum Kind
    {
        Nothing,
        Value,
        Task,
        TaskOfResult,
        ValueTask,
        ValueTaskOfResult,
    }

    /// <summary>What the block returns once it is awaited; null: nothing.</summary>
    public Type? ResultType { get; }

    /// <summary>Runs the block on this thread to its real end.</summary>
    public object? Run(MethodCall call, BlockContext? context)
    {
        var target = call.Target.IsEmpty ? _emptyTarget : ValueReader.Read(call.Target.Memory, typeof(object), ValueUse.Capture);
        var returned = _method.Invoke(_targetIsArgument ? null : target, BindingFlags.DoNotWrapExceptions, null, Arguments(target, context), null);
        switch (_kind)
        {
            case Kind.Nothing:
                return null;
            case Kind.Value:
                return returned;
            default:
                var task = _kind switch
                {
                    Kind.ValueTask => ((ValueTask)returned!).AsTask(),
                    Kind.ValueTaskOfResult => _asTask!(returned!),
                    _ => (Task?)returned ?? throw new InvalidOperationException("The block returned a null task."),
                };
                HangWatch.Awaits(task);
                task.GetAwaiter().GetResult();
                return _resultOf?.Invoke(task);
        }
    }

    private object?[]? Arguments(object? target, BlockContext? context) => (_targetIsArgument, _takesContext) switch
    {
        (false, false) => null,
        (false, true) => [context],
        (true, false) => [target],
        (true, true) => [target, context],
    };

    private static (Kind Kind, Type? Result) Classify(Type returned)
    {
        if (returned == typeof(void))
            return (Kind.Nothing, null);
        if (returned == typeof(Task))
            return (Kind.Task, null);
        if (returned == typeof(ValueTask))
            return (Kind.ValueTask, null);
        if (returned.IsGenericType && returned.GetGenericTypeDefinition() == typeof(Task<>))
            return (Kind.TaskOfResult, returned.GetGenericArguments()[0]);
        if (returned.IsGenericType && returned.GetGenericTypeDefinition() == typeof(ValueTask<>))
            return (Kind.ValueTaskOfResult, returned.GetGenericArguments()[0]);
        return (Kind.Value, returned);
    }

    private static TDelegate Generic<TDelegate>(string method, Type result)
        where TDelegate : Delegate =>
        typeof(ResolvedBlock).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(result).CreateDelegate<TDelegate>();

    private static Task<T> AsTask<T>(object valueTask) => ((ValueTask<T>)valueTask).AsTask();

    private static object? ResultOf<T>(Task task) => ((Task<T>)task).GetAwaiter().GetResult();
}
