namespace Streams.Sync.State;

/// <summary>Something a party is waiting for.</summary>
internal interface IWait
{
    Party Party { get; }

    string Name { get; }

    string Id { get; }

    /// <summary>When the wait began.</summary>
    TimeSpan At { get; }
}
