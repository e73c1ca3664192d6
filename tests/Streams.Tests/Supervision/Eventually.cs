namespace Streams.Tests.Supervision;

/// <summary>Waits for what nobody announces, such as a foreign process's end; bounded.</summary>
internal static class Eventually
{
    public static async Task IsTrueAsync(Func<bool> condition, string what)
    {
        var limit = TaskTimeoutExtensions.Default;
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < limit, $"Waited {limit.TotalSeconds} s for {what}");
            await Task.Delay(5);
        }
    }
}
