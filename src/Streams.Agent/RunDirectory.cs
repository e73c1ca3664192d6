using System.Globalization;
using Streams.Processes;

namespace Streams.Agent;

/// <summary>The agent's private directory on its host: sockets, workers' output, blocks' files, the journal. Gone at the end.</summary>
internal sealed class RunDirectory : IDisposable
{
    private readonly PrivateDirectory _directory = PrivateDirectory.Create();

    public RunDirectory()
    {
        Directory.CreateDirectory(_directory["out"]);
        Directory.CreateDirectory(_directory["blocks"]);
    }

    public string Root => _directory.Root;

    public string AgentSocket => _directory["agent.sock"];

    public string WorkersSocket => _directory["workers.sock"];

    public string Journal => _directory["journal"];

    /// <summary>Where events wait that memory has no room for.</summary>
    public string Spool => _directory["spool"];

    /// <summary>What the command printed that was to start the host anew.</summary>
    public string RebootOutput => _directory["reboot.log"];

    /// <summary>Who serves here; outlives a killed agent.</summary>
    public string Identity => AgentIdentity.PathIn(Root);

    public string SyncSocket(int worker) => _directory[string.Create(CultureInfo.InvariantCulture, $"sync-{worker}.sock")];

    public string Output(int worker) => _directory[string.Create(CultureInfo.InvariantCulture, $"out/{worker}.log")];

    /// <summary>A block's own directory; the block makes it on first use.</summary>
    public string Block(int worker, uint ordinal) => _directory[string.Create(CultureInfo.InvariantCulture, $"blocks/{worker}-{ordinal}")];

    public void Dispose()
    {
        FileTree.Remove(_directory["blocks"]);
        _directory.Dispose();
    }
}
