using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Streams.Wire;

namespace Streams.Agent.Grpc;

/// <summary>Turns HTTP requests into calls of the named methods, and their ends into official gRPC statuses.</summary>
internal sealed class GrpcApplication(IReadOnlyDictionary<string, Func<GrpcServerCall, Task>> methods, TimeProvider time)
    : IHttpApplication<IFeatureCollection>
{
    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        if (request.Method != "POST")
        {
            response.StatusCode = 405;
            response.Headers.Allow = "POST";
            return;
        }

        if (!GrpcHeaders.IsGrpc(request.Headers.ContentType))
        {
            response.StatusCode = 415; // the specification's answer to what is not gRPC
            return;
        }

        response.Headers.ContentType = GrpcHeaders.ContentType;
        var (status, detail) = await RunAsync(context, request).ConfigureAwait(false);
        await FinishAsync(context, response, status, detail).ConfigureAwait(false);
    }

    private async Task<(GrpcStatusCode Status, string Detail)> RunAsync(IFeatureCollection context, IHttpRequestFeature request)
    {
        var aborted = context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
        using var deadline = new DeadlineSource(request.Headers[GrpcHeaders.Timeout], time, aborted);
        try
        {
            if (!deadline.IsValid)
                throw new GrpcException(GrpcStatusCode.InvalidArgument, $"'{request.Headers[GrpcHeaders.Timeout]}' is no grpc-timeout");
            if (!methods.TryGetValue(request.Path, out var method))
                throw new GrpcException(GrpcStatusCode.Unimplemented, $"there is no method {request.Path}");
            if (request.Headers[GrpcHeaders.Encoding].ToString() is not ("" or "identity") and var encoding)
                throw new GrpcException(GrpcStatusCode.Unimplemented, $"messages in the encoding '{encoding}' are not understood");
            await method(new GrpcServerCall(context, deadline.Token)).ConfigureAwait(false);
            return (GrpcStatusCode.Ok, "");
        }
        catch (GrpcException exception)
        {
            return (exception.Status, exception.Detail);
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            return (GrpcStatusCode.DeadlineExceeded, "the call's deadline has passed");
        }
        catch (Exception exception) when (aborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            return (GrpcStatusCode.Cancelled, "the caller has cancelled");
        }
        catch (Exception exception)
        {
            // A bug of the agent must not take the connection, and with it every stream of the host.
            await Console.Error.WriteLineAsync(exception.ToString()).ConfigureAwait(false);
            return (GrpcStatusCode.Unknown, $"the agent failed: {exception.GetType().Name}: {exception.Message}");
        }
    }

    private static async Task FinishAsync(IFeatureCollection context, IHttpResponseFeature response, GrpcStatusCode status, string detail)
    {
        var number = ((int)status).ToString(CultureInfo.InvariantCulture);
        var body = context.GetRequiredFeature<IHttpResponseBodyFeature>();
        // Trailers-only if nothing was sent: then the status is among the headers.
        var trailers = response.HasStarted ? context.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers : response.Headers;
        if (!response.HasStarted && status == GrpcStatusCode.Unimplemented)
            response.Headers[GrpcHeaders.AcceptEncoding] = "identity";
        trailers[GrpcHeaders.Status] = number;
        if (detail.Length > 0)
            trailers[GrpcHeaders.Message] = GrpcHeaders.EncodeMessage(detail);
        await body.CompleteAsync().ConfigureAwait(false);
    }
}
