using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Google.Protobuf;
using Streams.Wire;

namespace Streams.Remoting.Grpc;

/// <summary>One call with a stream each way. One writer and one reader at a time. Disposing an unfinished call cancels it.</summary>
internal sealed class GrpcCall<TResponse> : IAsyncDisposable
    where TResponse : class, IMessage<TResponse>
{
    private readonly GrpcRequestContent _content;
    private readonly MessageParser<TResponse> _parser;
    private readonly CancellationToken _callerToken;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource _ended;
    private readonly Task<HttpResponseMessage> _response;
    private readonly ArrayBufferWriter<byte> _outgoing = new(1024);

    /// <summary>The response's body; set by the first read.</summary>
    private PipeReader? _incoming;

    public GrpcCall(
        HttpMessageInvoker http, HttpRequestMessage request, GrpcRequestContent content, MessageParser<TResponse> parser,
        TimeSpan? deadline, TimeProvider time, CancellationToken cancellationToken)
    {
        _content = content;
        _parser = parser;
        _callerToken = cancellationToken;
        _deadline = deadline is { } limit ? new CancellationTokenSource(limit, time) : null;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _deadline?.Token ?? CancellationToken.None);
        _response = SendAsync(http, request);
        // Once the response has begun, only its disposal resets the HTTP/2 stream and so tells the peer.
        _ended.Token.UnsafeRegister(_ => ResetIfBegun(), null);
    }

    /// <summary>Sends one message.</summary>
    /// <exception cref="GrpcException">The call has ended, or the message is too large (then nothing was sent).</exception>
    public async Task WriteAsync(IMessage message)
    {
        _outgoing.ResetWrittenCount();
        GrpcFraming.Write(_outgoing, message);
        try
        {
            var stream = await _content.Stream.WaitAsync(_ended.Token).ConfigureAwait(false);
            await stream.WriteAsync(_outgoing.WrittenMemory, _ended.Token).ConfigureAwait(false);
            await stream.FlushAsync(_ended.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not GrpcException)
        {
            throw await EndedAsync(exception).ConfigureAwait(false);
        }
    }

    /// <summary>Half-closes: no more messages from this side.</summary>
    public Task CompleteAsync()
    {
        _content.Complete();
        return Task.CompletedTask;
    }

    /// <summary>The next message; null when the call has ended with OK.</summary>
    /// <exception cref="GrpcException">Any other end.</exception>
    public async Task<TResponse?> ReadAsync()
    {
        try
        {
            var response = await _response.ConfigureAwait(false);
            _incoming ??= await StartReadingAsync(response).ConfigureAwait(false);
            if (await GrpcFraming.ReadAsync(_incoming, _parser, WireLimits.MaxFrame, _ended.Token).ConfigureAwait(false) is { } message)
                return message;
            ThrowUnlessOk(response.TrailingHeaders.Concat(response.Headers));
            return null;
        }
        catch (Exception exception) when (exception is not GrpcException)
        {
            throw Explain(exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _content.Complete();
        await _ended.CancelAsync().ConfigureAwait(false);
        try
        {
            (await _response.ConfigureAwait(false)).Dispose();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // The call's end has been told where it was read or written.
        }

        _ended.Dispose();
        _deadline?.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker http, HttpRequestMessage request)
    {
        try
        {
            return await http.SendAsync(request, _ended.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _content.Fail(exception);
            throw;
        }
    }

    private void ResetIfBegun()
    {
        _content.Complete();
        if (_response.IsCompletedSuccessfully)
            _response.Result.Dispose();
    }

    private async Task<PipeReader> StartReadingAsync(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            throw new GrpcException(StatusOf(response.StatusCode), $"the peer answered with HTTP status {(int)response.StatusCode}");
        ThrowIfFailed(response.Headers);
        if (!GrpcHeaders.IsGrpc(response.Content.Headers.ContentType?.ToString()))
            throw new GrpcException(GrpcStatusCode.Unknown, "the peer's answer is not gRPC");
        return PipeReader.Create(await response.Content.ReadAsStreamAsync(_ended.Token).ConfigureAwait(false), new StreamPipeReaderOptions(bufferSize: 16 * 1024));
    }

    /// <summary>A write failed: the reason is in the response's status if the peer gave one.</summary>
    private async Task<Exception> EndedAsync(Exception exception)
    {
        if (_response.IsCompletedSuccessfully && !_ended.IsCancellationRequested)
        {
            var response = await _response.ConfigureAwait(false);
            try
            {
                ThrowIfFailed(response.Headers);
                return new GrpcException(GrpcStatusCode.Unavailable, "the call has ended", exception);
            }
            catch (GrpcException status)
            {
                return status;
            }
        }

        return Explain(exception);
    }

    /// <summary>Tells the caller's cancellation, the deadline, a reset stream and a lost connection apart.</summary>
    private Exception Explain(Exception exception)
    {
        if (_callerToken.IsCancellationRequested)
            return new OperationCanceledException("the call was cancelled", exception, _callerToken);
        if (_deadline is { IsCancellationRequested: true })
            return new GrpcException(GrpcStatusCode.DeadlineExceeded, "no answer within the call's deadline", exception);
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException protocol)
                return new GrpcException(StatusOf(protocol.ErrorCode), $"the peer reset the call (HTTP/2 error {protocol.ErrorCode})", exception);
        }

        return new GrpcException(GrpcStatusCode.Unavailable, exception.Message, exception);
    }

    private static void ThrowIfFailed(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers)
    {
        if (headers.Any(header => header.Key == GrpcHeaders.Status))
            ThrowUnlessOk(headers);
    }

    private static void ThrowUnlessOk(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers)
    {
        var text = Find(headers, GrpcHeaders.Status);
        if (text is null)
            throw new GrpcException(GrpcStatusCode.Unknown, "the call ended without a status");
        var status = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Enum.IsDefined((GrpcStatusCode)number)
            ? (GrpcStatusCode)number
            : GrpcStatusCode.Unknown;
        if (status != GrpcStatusCode.Ok)
            throw new GrpcException(status, GrpcHeaders.DecodeMessage(Find(headers, GrpcHeaders.Message) ?? ""));
    }

    private static string? Find(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers, string name) =>
        headers.FirstOrDefault(header => header.Key == name).Value?.FirstOrDefault();

    /// <summary>The mapping of the gRPC documents for answers without a gRPC status.</summary>
    private static GrpcStatusCode StatusOf(HttpStatusCode status) => (int)status switch
    {
        400 => GrpcStatusCode.Internal,
        401 => GrpcStatusCode.Unauthenticated,
        403 => GrpcStatusCode.PermissionDenied,
        404 => GrpcStatusCode.Unimplemented,
        429 or 502 or 503 or 504 => GrpcStatusCode.Unavailable,
        _ => GrpcStatusCode.Unknown,
    };

    /// <summary>The mapping of the gRPC documents for the error codes of RST_STREAM.</summary>
    private static GrpcStatusCode StatusOf(long http2Error) => http2Error switch
    {
        0x7 => GrpcStatusCode.Unavailable,
        0x8 => GrpcStatusCode.Cancelled,
        0xb => GrpcStatusCode.ResourceExhausted,
        0xc => GrpcStatusCode.PermissionDenied,
        _ => GrpcStatusCode.Internal,
    };
}
