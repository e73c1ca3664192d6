using Streams.Processes;
using Streams.Wire;

namespace Streams.Remoting;

/// <summary>An agent was started and cannot be used: collects what is known of the reason.</summary>
internal static class AgentStartFailure
{
    /// <summary>Ends the link.</summary>
    public static async Task<HostConnectException> ExplainAsync(StartedAgent started, AgentLink link, AgentConnectionOptions options, Exception exception, CancellationToken cancellationToken)
    {
        var why = exception is TimeoutException ? $"it did not answer within {options.AttachLimit.TotalSeconds:0} s" : PrintableText.CleanLine(exception.Message);
        var cause = exception is GrpcException { Status: GrpcStatusCode.Unavailable } ? await link.ExplainAsync().ConfigureAwait(false) : null;
        await link.DisposeAsync().ConfigureAwait(false);
        var message = $"The agent on {options.Host} was started but cannot be used: {why}.";
        if (cause is not null)
            message += "\n  " + cause.Message;
        if (await started.ReadDiagnosticsAsync(cancellationToken).ConfigureAwait(false) is { Count: > 0 } log)
            message += "\n  its last messages:\n    | " + string.Join("\n    | ", log);
        message += $"\n  All its messages are on {options.Host} in {started.AgentDiagnostics}.";
        return new HostConnectException(HostFailure.AgentFailed, "agent", message, cause ?? exception);
    }
}
