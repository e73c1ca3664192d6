using System.Runtime.CompilerServices;

namespace Streams.Tests.Shared;

/// <summary>Bounds every wait of a test, and says which one ran out.</summary>
public static class TaskTimeoutExtensions
{
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(60);

    public static async Task DefaultTimeout(this Task task, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        try
        {
            await task.WaitAsync(Default);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Nothing came within {Default.TotalSeconds} s at {file}:{line}");
        }
    }

    public static async Task<T> DefaultTimeout<T>(this Task<T> task, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        await ((Task)task).DefaultTimeout(file, line);
        return await task;
    }
}
