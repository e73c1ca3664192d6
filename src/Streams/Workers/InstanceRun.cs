namespace Streams.Workers;

/// <summary>The run of a block type, with its value if it has one.</summary>
internal abstract class InstanceRun
{
    /// <summary>Type of the value; null: the block returns nothing.</summary>
    public abstract Type? ResultType { get; }

    /// <summary>What the run returned.</summary>
    public object? Value { get; private set; }

    public static InstanceRun Of(IBlock block)
    {
        var typed = Array.Find(block.GetType().GetInterfaces(), static role => role.IsGenericType && role.GetGenericTypeDefinition() == typeof(IBlock<>));
        return typed is null
            ? new Untyped(block)
            : (InstanceRun)Activator.CreateInstance(typeof(Typed<>).MakeGenericType(typed.GetGenericArguments()[0]), block)!;
    }

    public abstract Task RunAsync(BlockContext context);

    private sealed class Untyped(IBlock block) : InstanceRun
    {
        public override Type? ResultType => null;

        public override Task RunAsync(BlockContext context) => block.RunAsync(context);
    }

    private sealed class Typed<T>(IBlock<T> block) : InstanceRun
    {
        public override Type ResultType => typeof(T);

        public override async Task RunAsync(BlockContext context)
        {
            var running = block.RunAsync(context) ?? throw new InvalidOperationException("The block returned a null task.");
            Value = await running.ConfigureAwait(false);
        }
    }
}
