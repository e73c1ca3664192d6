namespace Streams.Tool;

/// <summary>The command line: <c>streams doctor HOST...</c>, <c>streams clean HOST...</c>.</summary>
internal static class ToolProgram
{
    public const int AllIsWell = 0;
    public const int HostHasTrouble = 1;
    public const int WrongUsage = 2;

    private const string Usage = """
        usage: streams doctor [--ssh-config FILE] HOST...           what a start of streams would find there
               streams clean [--force] [--ssh-config FILE] HOST...  remove what is kept there

        A HOST is written as in a test: web2, root@web2:2201, netns:blue, "gate>podman:box", or a name in STREAMS_HOSTS.
        STREAMS_SSH names another ssh command. The exit code is 0, 1 if something is wrong with a host, or 2.
        """;

    public static async Task<int> Main(string[] arguments)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        return await RunAsync(arguments, Console.Out, Console.Error, stop.Token).ConfigureAwait(false);
    }

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        if (arguments is ["--help"] or ["-h"] or ["help"])
        {
            await output.WriteLineAsync(Usage).ConfigureAwait(false);
            return AllIsWell;
        }

        if (ToolArguments.Parse(arguments) is not { } parsed)
        {
            await errors.WriteLineAsync(Usage).ConfigureAwait(false);
            return WrongUsage;
        }

        try
        {
            return parsed.Command == "clean"
                ? await CleanCommand.RunAsync(parsed, output, cancellationToken).ConfigureAwait(false)
                : await DoctorCommand.RunAsync(parsed, output, cancellationToken).ConfigureAwait(false);
        }
        catch (FormatException exception)
        {
            await errors.WriteLineAsync($"streams: {exception.Message}").ConfigureAwait(false);
            return WrongUsage;
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync("streams: interrupted").ConfigureAwait(false);
            return HostHasTrouble;
        }
    }
}
