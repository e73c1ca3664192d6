using System.Runtime.InteropServices;
using Streams.Agent.Grpc;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>The methods of the service streams.v1.Agent.</summary>
internal sealed class AgentService(AgentContext agent, AgentRun run, AgentTransfers transfers, string boot)
{
    public IReadOnlyDictionary<string, Func<GrpcServerCall, Task>> Methods => new Dictionary<string, Func<GrpcServerCall, Task>>
    {
        ["/streams.v1.Agent/Describe"] = DescribeAsync,
        ["/streams.v1.Agent/Attach"] = run.AttachAsync,
        ["/streams.v1.Agent/Transfer"] = transfers.TransferAsync,
    };

    private async Task DescribeAsync(GrpcServerCall call)
    {
        await call.ReadOnlyMessageAsync(DescribeRequest.Parser).ConfigureAwait(false);
        call.Write(new HostDescription
        {
            Protocol = WireLimits.Protocol,
            AgentVersion = AgentVersion.Text,
            Epoch = agent.Epoch,
            Boot = boot,
            HostName = Environment.MachineName,
            OperatingSystem = RuntimeInformation.OSDescription,
            Architecture = RuntimeInformation.ProcessArchitecture.ToString(),
            Runtime = RuntimeInformation.FrameworkDescription,
            Processors = Environment.ProcessorCount,
            Pid = Environment.ProcessId,
            RunDirectory = agent.Directory.Root,
            Containment = agent.Supervisor.ContainmentName,
            AgentTimeMs = AgentNativeMethods.BootTimeMilliseconds(),
        });
        await call.FlushAsync().ConfigureAwait(false);
    }
}
