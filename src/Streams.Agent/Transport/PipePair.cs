using System.IO.Pipelines;

namespace Streams.Agent.Transport;

/// <summary>The two directions of a connection.</summary>
internal sealed class PipePair(PipeReader input, PipeWriter output) : IDuplexPipe
{
    public PipeReader Input { get; } = input;

    public PipeWriter Output { get; } = output;
}
