using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Streams.Agent.Grpc;

/// <summary>The raw Kestrel server, set up for long-lived HTTP/2 connections. No web application: that would double the agent's start.</summary>
internal static class GrpcServer
{
    /// <summary>Starts serving the calls on what listens at these end points.</summary>
    public static async Task<KestrelServer> StartAsync(
        IConnectionListenerFactory listeners, IEnumerable<EndPoint> endPoints, GrpcApplication application, CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = NoServices.Instance };
        SetLimits(options.Limits);
        foreach (var endPoint in endPoints)
            options.Listen(endPoint, listen => listen.Protocols = HttpProtocols.Http2);
        var server = new KestrelServer(Options.Create(options), listeners, NullLoggerFactory.Instance);
        await server.StartAsync(application, cancellationToken).ConfigureAwait(false);
        return server;
    }

    private static void SetLimits(KestrelServerLimits limits)
    {
        // An infinite time-out is stored as TimeSpan.MaxValue and then overflows: idle connections are dropped within seconds.
        limits.KeepAliveTimeout = TimeSpan.FromDays(1);
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxRequestBodySize = null;
        limits.MaxConcurrentConnections = 16;
        limits.Http2.MaxStreamsPerConnection = 100;
        limits.Http2.MaxRequestHeaderFieldSize = 8 * 1024;
    }

    /// <summary>Kestrel asks for optional services only; it must be given somebody to ask.</summary>
    private sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
