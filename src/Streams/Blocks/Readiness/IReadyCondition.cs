using Streams.Blocks.Commands;
using Streams.Processes;

namespace Streams.Blocks.Readiness;

/// <summary>One thing that is waited for before a command counts as ready. Begun before the command starts.</summary>
internal interface IReadyCondition
{
    /// <summary>Continues "waited for ...".</summary>
    string Description { get; }

    /// <summary>Looks once whether it holds by now.</summary>
    bool IsMet(ProcessIdentity command, LineLog lines);

    /// <summary>What was seen instead, in a sentence; null: nothing worth telling.</summary>
    string? Evidence { get; }
}
