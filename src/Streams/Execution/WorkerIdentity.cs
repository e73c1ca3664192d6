namespace Streams.Execution;

/// <summary>Whose worker it is: what a welcome says, and what messages name.</summary>
internal sealed record WorkerIdentity(string Run, string Collection, string Stream, string Host);
