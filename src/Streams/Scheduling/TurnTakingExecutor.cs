using System.Globalization;
using Streams.Blocks;
using Streams.Blocks.Verdicts;
using Streams.Wire;

namespace Streams.Scheduling;

/// <summary>An executor whose blocks run only when it is their turn, and say so while they wait.</summary>
internal sealed class TurnTakingExecutor(IBlockExecutor executor, TurnGate gate) : IBlockExecutor
{
    public Task PrepareAsync(CancellationToken cancellationToken) => executor.PrepareAsync(cancellationToken);

    public async Task<BlockVerdict> RunAsync(BlockSpec specification, IBlockEvents events, CancellationToken stop)
    {
        var turn = gate.EnterAsync(stop);
        try
        {
            if (!turn.IsCompletedSuccessfully)
                await WaitAsync(turn, events as IBlockObserver).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return UnstartedVerdict.Stopped();
        }

        try
        {
            return await executor.RunAsync(specification, events, stop).ConfigureAwait(false);
        }
        finally
        {
            gate.Leave();
        }
    }

    public Task StopAsync(TimeSpan grace) => executor.StopAsync(grace);

    public ValueTask DisposeAsync() => executor.DisposeAsync();

    private async Task WaitAsync(Task turn, IBlockObserver? observer)
    {
        observer?.TurnWaited(string.Create(CultureInfo.InvariantCulture, $"for its turn: {gate.Most} of at most {gate.Most} blocks run"));
        try
        {
            await turn.ConfigureAwait(false);
        }
        finally
        {
            observer?.TurnEnded(turn.IsCompletedSuccessfully);
        }
    }
}
