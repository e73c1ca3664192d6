namespace Streams.Tests.Shared;

/// <summary>A place in the code under test where it is held until the test lets it go on.</summary>
public sealed class SyncPoint
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _continue = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>For the test: the code has come here.</summary>
    public Task Reached => _reached.Task;

    /// <summary>For the test: lets the code go on, now or when it comes.</summary>
    public void Continue() => _continue.TrySetResult();

    /// <summary>For the code: says that it is here, and waits.</summary>
    public Task WaitToContinue()
    {
        _reached.TrySetResult();
        return _continue.Task;
    }
}
