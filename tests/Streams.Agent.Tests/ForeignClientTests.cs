using System.Diagnostics;
using Streams.Wire;

namespace Streams.Agent.Tests;

public class ForeignClientTests
{
    [NeedsFact(Needs.PythonGrpc)]
    public async Task Pythons_grpc_calls_a_unary_and_a_streaming_method()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        using var client = agent.OverStdio();
        var description = await client.CallAsync(
            "/streams.v1.Agent/Describe", new DescribeRequest(), HostDescription.Parser, TimeSpan.FromSeconds(30), CancellationToken.None).DefaultTimeout();
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [agent.PythonPath + "/grpc_client.py", Path.Combine(agent.RunDirectory, "agent.sock")])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = python.StandardError.ReadToEndAsync();
        var output = await python.StandardOutput.ReadToEndAsync().DefaultTimeout();

        Assert.True(output.Length > 0, await errors);
        Assert.Equal(
            [
                $"described 1 {description.Epoch}",
                "missing UNIMPLEMENTED there is no method /streams.v1.Agent/Missing",
                $"attached {description.Epoch}",
                "ready 1 w1 ",
                "ended OK",
            ],
            output.TrimEnd('\n').Split('\n'));
        Assert.Equal(0, await agent.ExitAsync());
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task Pythons_grpc_loses_its_session_in_the_middle_of_a_block_and_misses_nothing()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        using var client = agent.OverStdio();
        await client.CallAsync("/streams.v1.Agent/Describe", new DescribeRequest(), HostDescription.Parser, TimeSpan.FromSeconds(30), CancellationToken.None).DefaultTimeout();
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [agent.PythonPath + "/grpc_reattach.py", Path.Combine(agent.RunDirectory, "agent.sock")])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = python.StandardError.ReadToEndAsync();
        var output = await python.StandardOutput.ReadToEndAsync().DefaultTimeout();

        Assert.True(output.Length > 0, await errors);
        Assert.Equal(["attached again True True", "lines True", "sequences True", "ended [] OK"], output.TrimEnd('\n').Split('\n'));
        Assert.Equal(0, await agent.ExitAsync());
    }
}
