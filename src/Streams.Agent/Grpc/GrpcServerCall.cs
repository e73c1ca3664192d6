using System.IO.Pipelines;
using Google.Protobuf;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Streams.Wire;

namespace Streams.Agent.Grpc;

/// <summary>One call as its method sees it. One reader; writers take turns by themselves.</summary>
internal sealed class GrpcServerCall(IFeatureCollection features, CancellationToken ended)
{
    private readonly PipeReader _input = features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
    private readonly PipeWriter _output = features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;

    /// <summary>Cancelled when the caller goes or its deadline passes.</summary>
    public CancellationToken Ended { get; } = ended;

    /// <summary>The next message; null when the caller has half-closed.</summary>
    public ValueTask<T?> ReadAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T> => ReadAsync(parser, Ended);

    /// <summary>The same, for a method that may want to end before its caller does.</summary>
    public ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T> => GrpcFraming.ReadAsync(_input, parser, WireLimits.MaxFrame, cancellationToken);

    /// <summary>The only message of a unary call.</summary>
    public async Task<T> ReadOnlyMessageAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var message = await ReadAsync(parser).ConfigureAwait(false) ?? throw new GrpcException(GrpcStatusCode.Internal, "the call has no request");
        if (await ReadAsync(parser).ConfigureAwait(false) is not null)
            throw new GrpcException(GrpcStatusCode.Internal, "the call has two requests where one is expected");
        return message;
    }

    /// <summary>
    /// Ends the connection that the call came over, and every other call on it. Standard input and output stay as they are:
    /// they belong to the process.
    /// </summary>
    public void AbortConnection()
    {
        if (features.Get<IConnectionLifetimeFeature>() is { } connection and not Transport.StdioConnection)
            connection.Abort();
    }

    /// <summary>Puts a message in the buffer; <see cref="FlushAsync"/> sends it.</summary>
    public void Write(IMessage message) => GrpcFraming.Write(_output, message);

    /// <summary>Sends what was written. Waits while the caller does not read.</summary>
    public async Task FlushAsync()
    {
        var result = await _output.FlushAsync(Ended).ConfigureAwait(false);
        if (result.IsCompleted)
            throw new IOException("the caller no longer reads");
    }
}
