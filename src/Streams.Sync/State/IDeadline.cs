namespace Streams.Sync.State;

/// <summary>Something that must be looked at when its time has come.</summary>
internal interface IDeadline
{
    /// <summary>When it is due; <see cref="TimeSpan.MaxValue"/> for never. Written by <see cref="DeadlineQueue"/> alone.</summary>
    TimeSpan Due { get; set; }
}
