using System.Runtime.CompilerServices;

namespace Streams.Tests.Shared;

/// <summary>For states that nothing announces: looks again until they hold, and says which one never did.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    public static async Task True(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        using var limit = new CancellationTokenSource(TaskTimeoutExtensions.Default);
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (!condition())
                await timer.WaitForNextTickAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Within {TaskTimeoutExtensions.Default.TotalSeconds} s it never held that {expression}");
        }
    }
}
