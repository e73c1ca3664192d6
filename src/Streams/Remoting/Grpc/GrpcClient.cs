using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Streams.Wire;

namespace Streams.Remoting.Grpc;

/// <summary>
/// gRPC calls over one given duplex byte stream. Where Grpc.Net.Client can be restored, it replaces this folder
/// (docs/adr/0003).
/// </summary>
internal sealed class GrpcClient : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;

    /// <summary>The only connection; taken by the first call. A second one is refused: the bytes are there once.</summary>
    private Stream? _transport;

    public GrpcClient(Stream transport, TimeProvider time)
    {
        _transport = transport;
        _time = time;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            // A proxy of the environment would be asked, a redirect or a cookie of a hostile agent would be followed.
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
            EnableMultipleHttp2Connections = false,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            MaxResponseHeadersLength = 32,
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = (_, _) => Interlocked.Exchange(ref _transport, null) is { } stream
                ? ValueTask.FromResult(stream)
                : ValueTask.FromException<Stream>(new IOException("the connection to the agent has ended")),
        });
    }

    /// <summary>One request, one response.</summary>
    /// <exception cref="GrpcException">Any other end than OK, the passed deadline included.</exception>
    /// <exception cref="OperationCanceledException">The caller's wish; the agent is told by RST_STREAM.</exception>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        string method, TRequest request, MessageParser<TResponse> parser, TimeSpan deadline, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var call = Open(method, parser, deadline, cancellationToken);
        await using var ended = call.ConfigureAwait(false);
        await call.WriteAsync(request).ConfigureAwait(false);
        await call.CompleteAsync().ConfigureAwait(false);
        var response = await call.ReadAsync().ConfigureAwait(false)
            ?? throw new GrpcException(GrpcStatusCode.Internal, $"{method} ended with OK but without a response");
        if (await call.ReadAsync().ConfigureAwait(false) is not null)
            throw new GrpcException(GrpcStatusCode.Internal, $"{method} answered twice");
        return response;
    }

    /// <summary>Starts a call with a stream each way. Errors show when it is read or written.</summary>
    public GrpcCall<TResponse> Open<TResponse>(string method, MessageParser<TResponse> parser, TimeSpan? deadline, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        var content = new GrpcRequestContent();
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://agent{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue(GrpcHeaders.ContentType);
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (deadline is { } limit)
            request.Headers.TryAddWithoutValidation(GrpcHeaders.Timeout, GrpcHeaders.FormatTimeout(limit));
        return new GrpcCall<TResponse>(_http, request, content, parser, deadline, _time, cancellationToken);
    }

    public void Dispose()
    {
        _http.Dispose();
        Interlocked.Exchange(ref _transport, null)?.Dispose();
    }
}
