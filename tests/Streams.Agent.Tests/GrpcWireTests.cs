using System.Net;
using System.Net.Http.Headers;
using Streams.Remoting.Grpc;
using Streams.Wire;

namespace Streams.Agent.Tests;

public class GrpcWireTests
{
    private const string Describe = "/streams.v1.Agent/Describe";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Theory, InlineData("stdio"), InlineData("socket")]
    public async Task Describe_answers_over_each_way_in(string way)
    {
        await using var agent = RunningAgent.Start();
        using var stdio = agent.OverStdio();
        var first = await DescribeAsync(stdio);
        using var socket = await agent.OverSocketAsync();
        var description = await DescribeAsync(way == "stdio" ? stdio : socket);

        Assert.Equal(first.Epoch, description.Epoch);
        Assert.Equal(agent.ProcessId, description.Pid);
        Assert.Equal(agent.RunDirectory, description.RunDirectory);
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(agent.RunDirectory));
        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(Path.Combine(agent.RunDirectory, "agent.sock")));
    }

    [Fact]
    public async Task An_unknown_method_is_unimplemented_and_the_connection_goes_on()
    {
        await using var agent = RunningAgent.Start();
        using var client = agent.OverStdio();
        var error = await Assert.ThrowsAsync<GrpcException>(() => client.CallAsync(
            "/streams.v1.Agent/Nönsense%", new DescribeRequest(), HostDescription.Parser, Deadline, CancellationToken.None)).DefaultTimeout();

        Assert.Equal(GrpcStatusCode.Unimplemented, error.Status);
        await DescribeAsync(client);
    }

    [Fact]
    public async Task A_passed_deadline_ends_the_call_on_both_sides()
    {
        await using var agent = RunningAgent.Start();
        using var client = agent.OverStdio();
        await DescribeAsync(client);
        await using var session = new TestSession(client, TimeSpan.FromMilliseconds(300));
        await session.AttachAsync(TestSession.Attach(leaseMs: 0));

        var error = await Assert.ThrowsAsync<GrpcException>(session.EventAsync);
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, error.Status);
        Assert.Equal(0, await agent.ExitAsync()); // without a lease the run ends with its session: the agent saw the deadline, too
    }

    [Fact]
    public async Task A_deadline_is_kept_by_the_agent_itself()
    {
        await using var agent = RunningAgent.Start();
        using var client = agent.OverStdio();
        await DescribeAsync(client);
        using var http = await HttpAsync(agent);
        using var request = Request("/streams.v1.Agent/Attach", new NeverEndingContent());
        request.Headers.Add("grpc-timeout", "100m");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).DefaultTimeout();

        Assert.Equal("4", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task A_cancelled_call_is_seen_by_the_agent()
    {
        await using var agent = RunningAgent.Start();
        using var client = agent.OverStdio();
        await using var session = new TestSession(client);
        await session.AttachAsync(TestSession.Attach(leaseMs: 0));
        session.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(session.EventAsync);
        Assert.Equal(0, await agent.ExitAsync());
    }

    [Theory]
    [InlineData("POST", "application/json", "", 415, null)]
    [InlineData("GET", "application/grpc", "", 405, null)]
    [InlineData("POST", "application/grpc+proto", "0000000000", 200, "0")]
    [InlineData("POST", "application/grpc", "0100000000", 200, "12")] // compressed
    [InlineData("POST", "application/grpc", "0007000000", 200, "8")] // announces 112 MiB
    [InlineData("POST", "application/grpc", "00000000020a", 200, "13")] // ends inside a message
    [InlineData("POST", "application/grpc", "0000000002ffff", 200, "13")] // no protobuf
    [InlineData("POST", "application/grpc", "", 200, "13")] // no request
    public async Task What_is_not_a_proper_call_is_answered_as_the_specification_says(string method, string contentType, string body, int status, string? grpcStatus)
    {
        await using var agent = RunningAgent.Start();
        using var client = agent.OverStdio();
        await DescribeAsync(client);
        using var http = await HttpAsync(agent);
        using var request = Request(Describe, new ByteArrayContent(Convert.FromHexString(body)), contentType);
        request.Method = new HttpMethod(method);
        using var response = await http.SendAsync(request).DefaultTimeout();

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(grpcStatus, response.Headers.Concat(response.TrailingHeaders).FirstOrDefault(header => header.Key == "grpc-status").Value?.Single());
        await DescribeAsync(client);
    }

    [Fact]
    public async Task A_message_above_the_limit_is_refused_before_it_is_sent()
    {
        await using var agent = RunningAgent.Start();
        using var client = agent.OverStdio();
        await using var session = new TestSession(client);
        var large = new FromController { ChannelData = new ChannelData { Data = Google.Protobuf.ByteString.CopyFrom(new byte[WireLimits.MaxFrame]) } };

        var error = await Assert.ThrowsAsync<GrpcException>(() => session.SendAsync(large));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, error.Status);
        await session.AttachAsync(TestSession.Attach());
    }

    [Theory, InlineData("plain"), InlineData("50% äöü\n\u001b[31m"), InlineData("")]
    public void A_status_message_survives_its_encoding(string text)
    {
        var encoded = GrpcHeaders.EncodeMessage(text);
        Assert.All(encoded, character => Assert.InRange(character, ' ', '~'));
        Assert.Equal(text, GrpcHeaders.DecodeMessage(encoded));
    }

    [Theory, InlineData(1), InlineData(99), InlineData(200_000), InlineData(40_000_000)]
    public void A_timeout_survives_its_encoding(int seconds)
    {
        Assert.True(GrpcHeaders.TryParseTimeout(GrpcHeaders.FormatTimeout(TimeSpan.FromSeconds(seconds)), out var timeout));
        Assert.Equal(TimeSpan.FromSeconds(seconds), timeout);
    }

    [Theory, InlineData(""), InlineData("5"), InlineData("m"), InlineData("5x"), InlineData("-5m"), InlineData("123456789m")]
    public void A_malformed_timeout_is_refused(string text) => Assert.False(GrpcHeaders.TryParseTimeout(text, out _));

    private static async Task<HostDescription> DescribeAsync(GrpcClient client) =>
        await client.CallAsync(Describe, new DescribeRequest(), HostDescription.Parser, Deadline, CancellationToken.None).DefaultTimeout();

    private static HttpRequestMessage Request(string path, HttpContent content, string contentType = "application/grpc")
    {
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return new HttpRequestMessage(HttpMethod.Post, "http://agent" + path)
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content,
        };
    }

    private static async Task<HttpClient> HttpAsync(RunningAgent agent)
    {
        var connection = await agent.ConnectAsync();
        return new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(connection) });
    }

    private sealed class NeverEndingContent : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context) => await stream.FlushAsync();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
