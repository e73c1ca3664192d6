using Streams.Sync.Protocol;
using Streams.Sync.State;

namespace Streams.Sync.Tests.Simulation;

/// <summary>A party of the simulated world: its plan, its connection's two directions, and what it has not heard yet.</summary>
internal sealed class SimulatedClient(string name)
{
    public string Name { get; } = name;

    public Queue<Func<Command>> Plan { get; } = new();

    public Dictionary<string, Command> Outstanding { get; } = [];

    /// <summary>Lines on their way to the server; null while not connected.</summary>
    public Queue<Command>? Up { get; set; }

    public Queue<Reply> Down { get; } = new();

    public Session? Session { get; set; }

    public SyncParty? Declared { get; set; }

    public string? Parent { get; set; }

    /// <summary>A command that its party has not started yet.</summary>
    public bool IsUnborn { get; set; }

    public string Instance { get; set; } = "i0";

    public int Connections { get; set; }

    public bool IsConcurrent { get; set; }

    public bool IsDead { get; set; }

    /// <summary>Neither reads nor writes for now, as a stopped process.</summary>
    public bool IsFrozen { get; set; }

    public bool HasEnded { get; set; }

    // What the checker knows of it, from what was delivered to the server.
    public TimeSpan Heard { get; set; }
    public bool IsAttached { get; set; }
    public TimeSpan DetachedAt { get; set; }
    public bool ProcessGone { get; set; }
    public bool Failed { get; set; }
    public bool Left { get; set; }
    public bool Restarted { get; set; }
}
