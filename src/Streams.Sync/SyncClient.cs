using System.Globalization;
using Streams.Processes;
using Streams.Sync.Client;
using Streams.Sync.Protocol;

namespace Streams.Sync;

/// <summary>One party: waits at barriers and exchanges data with the others. Connects when first used.</summary>
public sealed partial class SyncClient : IAsyncDisposable
{
    private readonly SyncClientOptions _options;
    private readonly ClientChannel _channel;
    private int _isDisposed;

    /// <summary>Creates a client; nothing is connected yet.</summary>
    public SyncClient(SyncClientOptions options)
    {
        if (options.Connect is null)
            Dialer.Check(options.Address);
        CheckName(options.Party);
        _options = options;
        _channel = new ClientChannel(options);
    }

    /// <summary>Who this client is.</summary>
    public string Party => _options.Party;

    /// <summary>Waits until <paramref name="count"/> different parties have arrived at the barrier.</summary>
    /// <exception cref="BarrierTimeoutException">Not everybody came in time.</exception>
    /// <exception cref="BarrierBrokenException">A party failed, died or left, or the round can no longer be completed.</exception>
    /// <exception cref="SyncContactLostException">The server cannot be reached; the outcome is unknown.</exception>
    public Task BarrierAsync(string name, int count, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        EnterAsync(name, count, null, null, timeout, cancellationToken);

    /// <summary>Waits until exactly the listed parties, this one among them, have arrived at the barrier.</summary>
    /// <inheritdoc cref="BarrierAsync(string, int, TimeSpan?, CancellationToken)" path="/exception"/>
    public Task BarrierAsync(string name, IReadOnlyCollection<string> parties, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        EnterAsync(name, parties.Count, parties, null, timeout, cancellationToken);

    /// <summary>Makes a broken barrier usable again; parties that wait in it are told.</summary>
    public Task ResetAsync(string name, CancellationToken cancellationToken = default) =>
        DoAsync(new Request($"RESET {Name(name)} id={_channel.NewId()}"), name, cancellationToken);

    /// <summary>Says that one barrier must fail: those who wait there are told the reason.</summary>
    public Task FailBarrierAsync(string name, string reason, CancellationToken cancellationToken = default) =>
        DoAsync(new Request($"FAIL {Name(name)} {Word.Encode(Cut(reason))} id={_channel.NewId()}"), name, cancellationToken);

    /// <summary>Says that this party failed: the rounds that need it break at once with the reason.</summary>
    public Task FailAsync(string reason, CancellationToken cancellationToken = default) =>
        DoAsync(new Request($"FAIL * {Word.Encode(Cut(reason))} id={_channel.NewId()}"), Party, cancellationToken);

    /// <summary>Says that this party will come to nothing any more, and all is well.</summary>
    public Task LeaveAsync(CancellationToken cancellationToken = default) =>
        DoAsync(new Request("LEAVE"), Party, cancellationToken);

    /// <summary>Says good-bye when connected; waits still under way end with <see cref="ObjectDisposedException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            await _channel.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<Request> EnterAsync(string name, int count, IReadOnlyCollection<string>? parties, byte[]? data, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (count is < 1 or > SyncLimits.MaxCount)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"from 1 to {SyncLimits.MaxCount}");
        if (data?.Length > SyncLimits.MaxGather)
            throw new ArgumentException($"{data.Length} bytes; the parties of a gather may bring {SyncLimits.MaxGather} together", nameof(data));
        var limit = Limit(timeout);
        var id = _channel.NewId();
        var line = $"{(data is null ? "ENTER" : "GATHER")} {Name(name)} {count} {Seconds(limit)} {id}{(data is null ? "" : $" {data.Length}")}{List(parties)}";
        if (line.Length > SyncLimits.MaxLine)
            throw new ArgumentException($"the list of {parties!.Count} parties is longer than a line may be; give their count instead", nameof(parties));
        var request = new Request(line, data, id);
        var reply = await WaitAsync(request, name, limit, cancellationToken).ConfigureAwait(false);
        return reply switch
        {
            GoReply => request,
            BrokenReply broken => throw Broken(broken),
            BadReply bad => throw Refused(bad, $"barrier '{name}'"),
            RestartedReply => throw new BarrierBrokenException($"Barrier '{name}': {Restarted()}", name, BarrierCause.Restarted, expected: count),
            _ => throw new SyncProtocolException($"The server answered '{reply.Line}' to a barrier", "reply"),
        };
    }

    /// <summary>Sends a request that waits on the server, and waits a little longer than the server does.</summary>
    private async Task<Reply> WaitAsync(Request request, string name, TimeSpan limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _channel.SendAsync(request).ConfigureAwait(false);
        var patience = limit + _options.Grace + 2 * _channel.Heartbeat;
        try
        {
            return await request.Answer.WaitAsync(patience, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await WithdrawAsync(request, name).ConfigureAwait(false);
            throw;
        }
        catch (TimeoutException e)
        {
            ClientChannel.Forget(request);
            throw new SyncContactLostException($"{Party} heard nothing of '{name}' for {patience.TotalSeconds:0} s, though the server should have answered after {limit.TotalSeconds:0.###} s; the others may have been released.", e);
        }
    }

    private async Task WithdrawAsync(Request request, string name)
    {
        ClientChannel.Forget(request);
        try
        {
            await _channel.SendAsync(new Request($"LEAVE {Name(name)} {request.WaitId}")).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // Then the good-bye withdraws everything.
        }
    }

    private async Task DoAsync(Request request, string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _channel.SendAsync(request).ConfigureAwait(false);
        if (await request.Answer.WaitAsync(cancellationToken).ConfigureAwait(false) is BadReply bad)
            throw Refused(bad, $"'{name}'");
    }

    private string Restarted() => $"the sync server at {_options.Address} was restarted and knows nothing of what {Party} waited for.";

    private static BarrierBrokenException Broken(BrokenReply broken) => broken.Cause == BarrierCause.Timeout
        ? new BarrierTimeoutException(broken.Report, broken.Name, broken.By, broken.Round, broken.Arrived, broken.Expected)
        : new BarrierBrokenException(broken.Report, broken.Name, broken.Cause, broken.By, broken.Round, broken.Arrived, broken.Expected);

    private SyncProtocolException Refused(BadReply bad, string what) =>
        new($"The sync server refused what {Party} asked of {what}: {bad.Code} {bad.Text}", bad.Code);

    private string Name(string name)
    {
        CheckName(_options.NamePrefix + name);
        return Word.Encode(_options.NamePrefix + name);
    }

    private static void CheckName(string name)
    {
        if (name == "*" || !Word.TryName(System.Text.Encoding.ASCII.GetBytes(Word.Encode(name)), out _))
            throw new ArgumentException($"'{PrintableText.CleanLine(name)}' cannot be a name: 1 to {SyncLimits.MaxName} bytes of UTF-8 without control characters, not '*'", nameof(name));
    }

    private static string List(IReadOnlyCollection<string>? parties)
    {
        if (parties is null)
            return "";
        foreach (var party in parties)
            CheckName(party);
        return $" parties={string.Join(',', parties.Order(StringComparer.Ordinal).Select(Word.Encode))}";
    }

    private TimeSpan Limit(TimeSpan? timeout)
    {
        var limit = timeout ?? _options.RemainingTime?.Invoke() ?? _options.DefaultTimeout;
        if (limit == Timeout.InfiniteTimeSpan || limit > SyncLimits.MaxTimeout)
            return SyncLimits.MaxTimeout;
        if (timeout is not null && limit <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "more than nothing");
        return limit < SyncLimits.MinTimeout ? SyncLimits.MinTimeout : limit;
    }

    private static string Seconds(TimeSpan time) => Math.Ceiling(time.TotalMilliseconds) is var milliseconds
        ? (milliseconds / 1000).ToString("0.###", CultureInfo.InvariantCulture)
        : "";

    private static string Cut(string reason) => reason.Length <= 1000 ? reason : reason[..1000] + "…";
}
