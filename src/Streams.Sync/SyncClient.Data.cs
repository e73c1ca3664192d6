using System.Runtime.CompilerServices;
using System.Text.Json;
using Streams.Sync.Client;
using Streams.Sync.Protocol;

namespace Streams.Sync;

/// <content>Values, topics, and data that parties bring to a barrier; typed as JSON.</content>
public sealed partial class SyncClient
{
    private static readonly TimeSpan PullTime = TimeSpan.FromMinutes(10);

    /// <summary>Waits at the barrier and returns what each party brought, by party.</summary>
    /// <inheritdoc cref="BarrierAsync(string, int, TimeSpan?, CancellationToken)" path="/exception"/>
    public Task<IReadOnlyDictionary<string, T>> GatherAsync<T>(string name, int count, T value, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        GatherAsync(name, count, null, value, timeout, cancellationToken);

    /// <summary>Waits at the barrier for the listed parties and returns what each brought, by party.</summary>
    /// <inheritdoc cref="BarrierAsync(string, int, TimeSpan?, CancellationToken)" path="/exception"/>
    public Task<IReadOnlyDictionary<string, T>> GatherAsync<T>(string name, IReadOnlyCollection<string> parties, T value, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        GatherAsync(name, parties.Count, parties, value, timeout, cancellationToken);

    /// <summary>Sends a value once for all; the same value again does no harm.</summary>
    /// <exception cref="SyncValueException">Another value was put under this key before.</exception>
    public async Task PutAsync<T>(string key, T value, CancellationToken cancellationToken = default)
    {
        var bytes = Write(key, value);
        var request = new Request($"PUT {Name(key)} {bytes.Length}", bytes);
        cancellationToken.ThrowIfCancellationRequested();
        await _channel.SendAsync(request).ConfigureAwait(false);
        if (await request.Answer.WaitAsync(cancellationToken).ConfigureAwait(false) is BadReply bad)
            throw bad.Code == "exists" ? new SyncValueException($"The value '{key}' is set once only: {bad.Text}", key) : Refused(bad, $"value '{key}'");
    }

    /// <summary>Returns a value, waiting until somebody has put it.</summary>
    /// <exception cref="SyncValueException">Nobody put it in time, nobody can any more, or it is of another type.</exception>
    public async Task<T> GetAsync<T>(string key, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var limit = Limit(timeout);
        var id = _channel.NewId();
        var reply = await WaitAsync(new Request($"GET {Name(key)} {Seconds(limit)} {id}", null, id), key, limit, cancellationToken).ConfigureAwait(false);
        return reply switch
        {
            ValueReply value => Read<T>(key, value.Value),
            NoneReply none => throw new SyncValueException(none.Report, key),
            RestartedReply => throw new SyncContactLostException($"Value '{key}': {Restarted()}"),
            BadReply bad => throw Refused(bad, $"value '{key}'"),
            _ => throw new SyncProtocolException($"The server answered '{reply.Line}' to a GET", "reply"),
        };
    }

    /// <summary>Appends a value to a topic.</summary>
    public Task PublishAsync<T>(string topic, T value, CancellationToken cancellationToken = default)
    {
        var bytes = Write(topic, value);
        return DoAsync(new Request($"PUB {Name(topic)} {_channel.NewId()} {bytes.Length}", bytes), topic, cancellationToken);
    }

    /// <summary>Reads a topic from its beginning, waiting for more at its end until cancelled.</summary>
    /// <exception cref="SyncValueException">Nobody can publish any more, or an item is of another type.</exception>
    public async IAsyncEnumerable<T> SubscribeAsync<T>(string topic, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (long offset = 0; ;)
        {
            var id = _channel.NewId();
            var line = FormattableString.Invariant($"PULL {Name(topic)} {offset} {Seconds(PullTime)} {id}");
            var reply = await WaitAsync(new Request(line, null, id), topic, PullTime, cancellationToken).ConfigureAwait(false);
            switch (reply)
            {
                case ItemReply item:
                    offset++;
                    yield return Read<T>(topic, item.Value);
                    break;
                case NoneReply { Cause: BarrierCause.Timeout }:
                    break;
                case RestartedReply:
                    throw new SyncContactLostException($"Topic '{topic}': {Restarted()}");
                case NoneReply none:
                    throw new SyncValueException(none.Report, topic);
                case BadReply bad:
                    throw Refused(bad, $"topic '{topic}'");
                default:
                    throw new SyncProtocolException($"The server answered '{reply.Line}' to a PULL", "reply");
            }
        }
    }

    private async Task<IReadOnlyDictionary<string, T>> GatherAsync<T>(string name, int count, IReadOnlyCollection<string>? parties, T value, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var request = await EnterAsync(name, count, parties, Write(name, value), timeout, cancellationToken).ConfigureAwait(false);
        return (request.Gathered ?? []).ToDictionary(entry => entry.Key, entry => Read<T>(name, entry.Value), StringComparer.Ordinal);
    }

    private byte[] Write<T>(string key, T value)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, _options.Json);
        return bytes.Length <= SyncLimits.MaxValue
            ? bytes
            : throw new SyncValueException($"'{key}' is {bytes.Length} bytes as JSON; at most {SyncLimits.MaxValue} can be sent", key);
    }

    private T Read<T>(string key, byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, _options.Json)!;
        }
        catch (JsonException e)
        {
            throw new SyncValueException($"'{key}' is no {typeof(T).Name}: {e.Message}", key, e);
        }
    }
}
