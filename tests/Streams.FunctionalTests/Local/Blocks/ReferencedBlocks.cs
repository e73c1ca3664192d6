namespace Streams.FunctionalTests.Local.Referenced;

/// <summary>What references name in <see cref="ReferenceTests"/>.</summary>
public record RefServer : Block
{
    public override Task RunAsync(BlockContext block) => Task.CompletedTask;
}

/// <summary>A block whose constructor takes parameters.</summary>
public record RefClient(string Server, int Clients) : Block<int>
{
    public override Task<int> RunAsync(BlockContext block) => Task.FromResult(Clients);
}

/// <summary>Seen by its full name only.</summary>
[StreamBlock(Strict = true)]
public record StrictServer : Block
{
    public override Task RunAsync(BlockContext block) => Task.CompletedTask;
}

/// <summary>The seed RFC's NetServer: it meets its clients in set-up and tear-down.</summary>
public record SeedNetServer : Block
{
    public override Task SetUpAsync(BlockContext block) => block.Sync.BarrierAsync("setup", block.Parameters.Get<int>("no_clients"));

    public override Task RunAsync(BlockContext block) => Task.CompletedTask;

    public override Task TearDownAsync(BlockContext block) => block.Sync.BarrierAsync("finished", block.Parameters.Get<int>("no_clients"));
}

/// <summary>The seed RFC's NetPerf.</summary>
public record SeedNetPerf : Block
{
    public override Task SetUpAsync(BlockContext block) => block.Sync.BarrierAsync("setup", block.Parameters.Get<int>("no_clients"));

    public override async Task RunAsync(BlockContext block)
    {
        await block.RunAsync($"echo netperf -H {block.Parameters.Get<string>("server_ip")} -l 60");
        await block.Sync.BarrierAsync("finished", block.Parameters.Get<int>("no_clients"));
    }
}

public abstract record AbstractServer : Block;

public static class RefPerf
{
    [StreamBlock]
    public static void BigBuffers() => GC.KeepAlive(1);

    [StreamBlock]
    public static async Task<int> SmallBuffers(BlockContext block)
    {
        await Task.Yield();
        return block.Ordinal;
    }

    public static void NoBlock() => GC.KeepAlive(1);
}

public static class RefBroken
{
    [StreamBlock]
    public static void First() => throw new InvalidOperationException("first");

    [StreamBlock]
    public static void Second() => GC.KeepAlive(1);

    [StreamBlock]
    public static void Third() => throw new InvalidOperationException("third");
}

public class RefOdd
{
    [StreamBlock]
    public static void Wrong(int number) => GC.KeepAlive(number);

    [StreamBlock]
    public void Instance() => GC.KeepAlive(this);

    [StreamBlock]
    private static void Hidden() => GC.KeepAlive(1);

    private sealed record HiddenServer : Block
    {
        public override Task RunAsync(BlockContext block) => Task.CompletedTask;
    }
}
