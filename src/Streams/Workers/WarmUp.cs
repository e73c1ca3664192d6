using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Streams.Blocks;
using Streams.Blocks.Travel;
using Streams.Wire;

namespace Streams.Workers;

/// <summary>
/// Runs a block of our own in an idle worker, from its bytes to the bytes of its final message, and throws the result away:
/// the first real block then finds its way compiled. A spare worker has the time; one that is wanted at once is never asked.
/// </summary>
internal static class WarmUp
{
    /// <summary>A worker that was given no block for so long is idle.</summary>
    public static readonly TimeSpan IdleAfter = TimeSpan.FromMilliseconds(100);

    public static void Run()
    {
        var (text, number) = ("warm", 1);
        Run(async context =>
        {
            await Task.Yield();
            return context.Name + text + number;
        });
        Run(static () => { });
    }

    private static void Run(Func<BlockContext, Task<string>> block) => Run((Delegate)block);

    private static void Run(Action block) => Run((Delegate)block);

    private static void Run(Delegate block)
    {
        try
        {
            var submitted = new ToWorker { Run = new RunBlock { Spec = new BlockSpec { Id = new BlockId { Ordinal = 1 }, Name = "warm-up", Call = BlockDelegate.Describe(block, "", 0) } } };
            var specification = ToWorker.Parser.ParseFrom(submitted.ToByteArray()).Run.Spec;
            var context = new BlockContext(specification, new Nowhere(), CancellationToken.None);
            var finished = new BlockExecution(specification, [], context, CancellationToken.None).Run();
            _ = new FromWorker { Finished = finished }.ToByteArray();
            context.CloseAsync().AsTask().GetAwaiter().GetResult();
        }
        catch (StreamsException)
        {
            // It saves time or it does not; a worker is as good without it.
        }
    }

    /// <summary>Takes what a block tells, and tells nobody.</summary>
    private sealed class Nowhere : IBlockChannel
    {
        public string? PrivateDirectory => null;

        public void Log(LogLevel level, string text)
        {
        }

        public void Whiteboard(string text)
        {
        }

        public void SharesSync()
        {
        }

        public void Measure(string name, double value, string unit)
        {
        }

        public void EnterPart(WirePart part)
        {
        }
    }
}
