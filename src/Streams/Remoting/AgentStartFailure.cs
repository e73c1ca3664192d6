using Streams.Processes;
using Streams.Wire;

namespace Streams.Remoting;

/// <summary>An agent was started and cannot be used: collects what is known of the reason.</summary>
internal static class AgentStartFailure
{
    private static readonly TimeSpan LogLimit = TimeSpan.FromSeconds(10);

    /// <summary>Ends the link.</summary>
    public static async Task<HostConnectException> ExplainAsync(StartedAgent started, AgentLink link, AgentConnectionOptions options, Exception exception)
    {
        var why = exception is TimeoutException ? $"it did not answer within {options.AttachLimit.TotalSeconds:0} s" : PrintableText.CleanLine(exception.Message);
        var cause = exception is GrpcException { Status: GrpcStatusCode.Unavailable } ? await link.ExplainAsync().ConfigureAwait(false) : null;
        await link.DisposeAsync().ConfigureAwait(false);
        var message = $"The agent on {options.Host} was started but cannot be used: {why}.";
        if (cause is not null)
            message += "\n  " + cause.Message;
        if (await ReadLogAsync(options).ConfigureAwait(false) is { Length: > 0 } log)
            message += "\n  its last messages:\n    | " + log.Replace("\n", "\n    | ", StringComparison.Ordinal);
        message += $"\n  All its messages are on {options.Host} in {started.AgentDiagnostics}.";
        return new HostConnectException(HostFailure.AgentFailed, "agent", message, cause ?? exception);
    }

    private static async Task<string> ReadLogAsync(AgentConnectionOptions options)
    {
        if (options.Reconnector is null)
            return "";
        using var limit = new CancellationTokenSource(LogLimit, options.Time);
        return await options.Reconnector.LastWordsAsync(limit.Token).ConfigureAwait(false);
    }
}
