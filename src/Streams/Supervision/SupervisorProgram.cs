using System.Runtime.InteropServices;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Supervision;

/// <summary>
/// The verb <c>supervise</c> of Streams.dll: serves one controller over standard input and output. The end of the input
/// means that the controller is gone, however it went: then everything ends at once.
/// </summary>
internal static class SupervisorProgram
{
    public const string Verb = "supervise";

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    /// <summary>Serves until the input ends. Returns the exit code.</summary>
    /// <param name="arguments">
    /// What follows the verb, all optional: "--id HEX", "--containment cgroup|subreaper|marker", and "--directory PATH", the run's
    /// private directory, which is removed at the end: a controller that was killed cannot do it.
    /// </param>
    /// <param name="input">From the controller.</param>
    /// <param name="output">To the controller; nothing else may be written there.</param>
    public static int Run(IReadOnlyList<string> arguments, Stream input, Stream output)
    {
        // Ctrl-C in a terminal goes to everybody in its foreground group: we have to live until the controller has ended.
        NativeMethods.StartSession();
        using var requests = new FramedStream(input);
        using var answers = new FramedStream(output);
        var supervisor = WorkerSupervisor.StartAsync(Option(arguments, "--id"), Kind(Option(arguments, "--containment"))).GetAwaiter().GetResult();
        try
        {
            // Asked to end by somebody else: as if the controller had gone.
            using var asked = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                End(supervisor);
                Remove(Option(arguments, "--directory"));
                Environment.Exit(0);
            });
            while (requests.Read(ToSupervisor.Parser) is { } request)
                _ = AnswerAsync(supervisor, request, answers);
            Failpoint.Hit(Failpoints.SupervisorInputEnded);
            return 0;
        }
        catch (FrameException exception)
        {
            Console.Error.WriteLine($"The controller does not speak the supervisor protocol: {exception.Message}");
            return 2;
        }
        finally
        {
            End(supervisor);
            Remove(Option(arguments, "--directory"));
        }
    }

    private static void Remove(string? directory)
    {
        try
        {
            if (directory is not null)
                Directory.Delete(directory, recursive: true);
            Failpoint.Hit(Failpoints.SupervisorDirectoryRemoved);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The controller was first, or something there cannot be removed: it is ours alone, and harms nobody.
        }
    }

    private static void End(WorkerSupervisor supervisor) => supervisor.DisposeAsync().AsTask().Wait(EndLimit);

    private static string? Option(IReadOnlyList<string> arguments, string name)
    {
        for (var i = 0; i + 1 < arguments.Count; i++)
        {
            if (arguments[i] == name)
                return arguments[i + 1];
        }

        return null;
    }

    private static ContainmentKind Kind(string? name) => name switch
    {
        "marker" => ContainmentKind.Marker,
        "subreaper" => ContainmentKind.Subreaper,
        _ => ContainmentKind.Cgroup,
    };

    private static async Task AnswerAsync(WorkerSupervisor supervisor, ToSupervisor request, FramedStream answers)
    {
        try
        {
            switch (request.KindCase)
            {
                case ToSupervisor.KindOneofCase.Start:
                    var started = await supervisor.StartAsync(request.Start, CancellationToken.None).ConfigureAwait(false);
                    answers.Write(new FromSupervisor { Started = started });
                    if (started.Error.Length > 0)
                        break;
                    answers.Write(new FromSupervisor { Ended = await supervisor.EndedAsync(request.Start.Worker).ConfigureAwait(false) });
                    Failpoint.Hit(Failpoints.SupervisorEndReported);
                    break;
                case ToSupervisor.KindOneofCase.Stop when supervisor.Knows(request.Stop.Worker):
                    // Its end is reported to whoever started it.
                    await supervisor.StopAsync(request.Stop.Worker, TimeSpan.FromMilliseconds(request.Stop.GraceMs)).ConfigureAwait(false);
                    break;
                case ToSupervisor.KindOneofCase.Sweep:
                    var swept = supervisor.Knows(request.Sweep.Worker)
                        ? await supervisor.SweepAsync(request.Sweep.Worker, request.Sweep.Kept, CancellationToken.None).ConfigureAwait(false)
                        : new WorkerSwept { Worker = request.Sweep.Worker };
                    swept.Request = request.Sweep.Request;
                    answers.Write(new FromSupervisor { Swept = swept });
                    break;
            }
        }
        catch (IOException)
        {
            // The controller is gone: the reading side sees that, too, and ends everything.
        }
        catch (Exception exception)
        {
            // Without an answer the controller would wait for ever; our end is one, and standard error tells the reason.
            await Console.Error.WriteLineAsync($"The supervisor could not do what it was asked for ({request.KindCase}): {exception}").ConfigureAwait(false);
            End(supervisor);
            Environment.Exit(3);
        }
    }
}
