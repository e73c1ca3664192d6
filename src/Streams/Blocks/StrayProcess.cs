namespace Streams;

/// <summary>A process that a block left behind and that could not be ended. The user has to remove it.</summary>
/// <param name="ProcessId">Its process id on <paramref name="Host"/>.</param>
/// <param name="Host">The host that it runs on, as the author named it.</param>
/// <param name="Command">Its command line.</param>
/// <param name="WaitChannel">What it waits for in the kernel; empty if unknown.</param>
/// <param name="RemoveWith">The command that removes it, to be run by a person.</param>
public sealed record StrayProcess(int ProcessId, string Host, string Command, string WaitChannel, string RemoveWith);
