namespace Streams.Proof.Tests;

/// <summary>The processes of a run on one machine.</summary>
[Flags]
public enum Role
{
    None = 0,
    Test = 1,
    Supervisor = 2,
    Worker = 4,
    Guard = 8,
}
