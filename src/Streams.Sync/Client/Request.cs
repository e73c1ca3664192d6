using System.Text;
using Streams.Sync.Protocol;

namespace Streams.Sync.Client;

/// <summary>One request until it is answered; resent as it is on every new connection, which does no harm.</summary>
internal sealed class Request(string line, byte[]? payload = null, string? waitId = null)
{
    private readonly TaskCompletionSource<Reply> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The id that later answers name; null when there is only the first answer.</summary>
    public string? WaitId { get; } = waitId;

    /// <summary>Whether the first answer on the present connection came.</summary>
    public bool IsAcknowledged { get; set; }

    /// <summary>What the parties brought, when it is a gather.</summary>
    public Dictionary<string, byte[]>? Gathered { get; set; }

    /// <summary>Whether any connection may have carried it to a server.</summary>
    public bool WasSent { get; set; }

    public Task<Reply> Answer => _answer.Task;

    public byte[] Bytes()
    {
        WasSent = true;
        var head = Encoding.ASCII.GetBytes(line + "\n");
        return payload is null ? head : [.. head, .. payload, (byte)'\n'];
    }

    public void Complete(Reply reply) => _answer.TrySetResult(reply);

    public void Fail(Exception exception) => _answer.TrySetException(exception);
}
