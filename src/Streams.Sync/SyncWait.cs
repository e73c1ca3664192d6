namespace Streams.Sync;

/// <summary>One party's wait that goes on.</summary>
/// <param name="Party">Who waits.</param>
/// <param name="What">What for, in words: <c>at 'setup' for server/1-NetServer (db1)</c>.</param>
/// <param name="For">For how long by now.</param>
public sealed record SyncWait(string Party, string What, TimeSpan For);
