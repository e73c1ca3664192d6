namespace Streams.Agent;

/// <summary>Entry point of the agent.</summary>
internal static class AgentProgram
{
    private const int BadUsage = 2;

    private static async Task<int> Main(string[] args)
    {
        try
        {
            switch (args)
            {
                case ["serve", .. var options]:
                    return await ServeCommand.RunAsync(AgentOptions.Parse(options)).ConfigureAwait(false);
                case ["dial", var directory, var mark]:
                    return await DialCommand.RunAsync(directory, mark).ConfigureAwait(false);
                default:
                    throw new ArgumentException(AgentOptions.Usage);
            }
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or IOException)
        {
            await Console.Error.WriteLineAsync($"streams agent: {exception.Message}").ConfigureAwait(false);
            return BadUsage;
        }
    }
}
