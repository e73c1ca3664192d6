using System.Text;
using Streams.Hosts;
using Streams.Processes;

namespace Streams.Remoting;

/// <summary>
/// The talk with a host's shell while an agent is started: sends, and reads lines that carry this start's mark. All else
/// that the host prints is noise, kept only for messages. Bounds silence, noise and line lengths.
/// </summary>
internal sealed class HostDialogue : IAsyncDisposable
{
    private const int MaxLine = 8 * 1024;
    private const int MaxNoise = 4 * 1024 * 1024;
    private const int MaxLines = 100_000;
    private const int KeptNoise = 10;
    private const int Chunk = 64 * 1024;

    private readonly BootstrapOptions _options;
    private readonly IDisposable _login;
    private readonly CancellationTokenSource _silence;
    private readonly Queue<string> _noise = new();
    private readonly MemoryStream _line = new();
    private readonly byte[] _buffer = new byte[Chunk];
    private int _start;
    private int _end;
    private int _noiseBytes;
    private int _lines;

    public HostDialogue(string host, HostConnection connection, BootstrapOptions options, IDisposable login)
    {
        Host = host;
        Connection = connection;
        _options = options;
        _login = login;
        _silence = new CancellationTokenSource(options.SilenceLimit, options.Time);
        Mark = $"STREAMS-{Nonce} ";
    }

    public string Host { get; }

    public HostConnection Connection { get; }

    /// <summary>Random for each start, so that nothing that was printed earlier can be taken for an answer.</summary>
    public string Nonce { get; } = RandomText.Hex(16);

    /// <summary>The stage of the start, for messages.</summary>
    public string Stage { get; set; } = "connect";

    private string Mark { get; }

    public Task SendAsync(string script, CancellationToken cancellationToken) =>
        SendAsync(Encoding.UTF8.GetBytes(script), cancellationToken);

    public Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        GuardAsync(token => SendCoreAsync(bytes, token), cancellationToken);

    /// <summary>The next line with the mark, without it. A line that says FAIL is thrown.</summary>
    public async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        var line = await GuardAsync(ReadMarkedAsync, cancellationToken).ConfigureAwait(false);
        if (!line.StartsWith("FAIL ", StringComparison.Ordinal))
            return line;
        var words = line.Split(' ', 3);
        var stage = words.Length == 3 && words[1] is "shell" or "upload" or "runtime" or "agent" ? words[1] : Stage;
        var failure = stage switch
        {
            "upload" => HostFailure.UploadFailed,
            "agent" => HostFailure.AgentFailed,
            _ => HostFailure.HostNotSuitable,
        };
        throw Failure(failure, stage, words[^1]);
    }

    /// <summary>A failure at this stage, with what the host printed last.</summary>
    public HostConnectException Failure(HostFailure failure, string stage, string what, Exception? cause = null)
    {
        var message = $"host {Host}: {what}";
        if (_noise.Count > 0)
            message += "\n  the host printed:\n    | " + string.Join("\n    | ", _noise);
        return new HostConnectException(failure, stage, PrintableText.Clean(message), cause);
    }

    /// <summary>The connection from the first byte after the last line that was read.</summary>
    public HostConnection TakeConnection() =>
        _start == _end ? Connection : new ReadAheadConnection(Connection, _buffer.AsMemory(_start, _end - _start));

    public ValueTask DisposeAsync()
    {
        _silence.Dispose();
        return _line.DisposeAsync();
    }

    private async Task<bool> SendCoreAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            for (var rest = bytes; rest.Length > 0; rest = rest[Math.Min(Chunk, rest.Length)..])
            {
                await Connection.ToHost.WriteAsync(rest[..Math.Min(Chunk, rest.Length)], cancellationToken).ConfigureAwait(false);
                _silence.CancelAfter(_options.SilenceLimit);
            }

            await Connection.ToHost.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // A shell that failed in the middle of an upload has said why before it ended.
            while (true)
                await ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async Task<string> ReadMarkedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken).ConfigureAwait(false);
            if (line.StartsWith(Mark, StringComparison.Ordinal))
            {
                if (++_lines > MaxLines)
                    throw Failure(HostFailure.HostNotSuitable, Stage, "its answers to the start script do not end");
                return line[Mark.Length..];
            }

            if (line.Length > 0)
                _noise.Enqueue(line.Length > 200 ? line[..200] + "..." : line);
            if (_noise.Count > KeptNoise)
                _noise.Dequeue();
        }
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        _line.SetLength(0);
        while (true)
        {
            if (_start == _end)
                await FillAsync(cancellationToken).ConfigureAwait(false);
            var available = _buffer.AsMemory(_start, _end - _start);
            var newline = available.Span.IndexOf((byte)'\n');
            var taken = newline < 0 ? available.Length : newline;
            // The rest of an overlong line is dropped: nothing of ours is as long.
            _line.Write(available.Span[..(int)Math.Min(taken, MaxLine - _line.Length)]);
            _start += newline < 0 ? taken : taken + 1;
            if (newline >= 0)
                return Encoding.UTF8.GetString(_line.GetBuffer().AsSpan(0, (int)_line.Length)).TrimEnd('\r');
        }
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        _start = _end = 0;
        _end = await Connection.FromHost.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
        if (_end == 0)
            throw await ExplainedAsync().ConfigureAwait(false);
        if (Stage == "connect")
        {
            Stage = "shell";
            _login.Dispose();
            Connection.LoggedIn();
        }

        if (_lines == 0 && (_noiseBytes += _end) > MaxNoise)
            throw Failure(HostFailure.NoShell, "shell", $"it printed {MaxNoise / 1024 / 1024} MiB without running the start script");
        _silence.CancelAfter(_options.SilenceLimit);
    }

    private async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _silence.Token);
        try
        {
            return await step(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var explained = await ExplainedAsync().ConfigureAwait(false);
            // Ending the connection ourselves tells nothing but how far it had come.
            throw explained.Stage is "name" or "connect" or "banner" or "host key" or "login" && explained.Failure != HostFailure.Unknown
                ? explained
                : Failure(HostFailure.TimedOut, Stage, $"it was silent for {_options.SilenceLimit.TotalSeconds:0.#} s at the stage '{Stage}'", explained);
        }
        catch (IOException)
        {
            throw await ExplainedAsync().ConfigureAwait(false);
        }
    }

    private async Task<HostConnectException> ExplainedAsync()
    {
        var explained = await Connection.ExplainAsync(Stage, CancellationToken.None).ConfigureAwait(false);
        if (_noise.Count == 0)
            return explained;
        return new HostConnectException(
            explained.Failure, explained.Stage,
            explained.Message + PrintableText.Clean("\n  the host printed:\n    | " + string.Join("\n    | ", _noise)), explained);
    }
}
