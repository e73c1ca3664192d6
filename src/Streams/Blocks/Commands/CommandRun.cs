using System.ComponentModel;
using System.Diagnostics;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Blocks.Commands;

/// <summary>
/// Runs one command of a block: what it prints goes to the result and to the block's own output. Its end is the end of
/// the process, never the end of its output, which a daemon may hold open.
/// </summary>
internal sealed class CommandRun(CommandLine command, BlockSpec specification, string? sync, TimeSpan grace)
{
    private const int ArgumentsTooLong = 7;
    private const string SyncVariable = "STREAMS_SYNC";
    private const int BufferSize = 16 * 1024;

    /// <summary>After the exit, for what is still in the pipes.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromMilliseconds(500);

    private static readonly Lock OutputGate = new();
    private static readonly Stream BlockOutput = Console.OpenStandardOutput();
    private static readonly Stream BlockError = Console.OpenStandardError();

    private readonly BoundedCapture _output = new();
    private readonly BoundedCapture _error = new();

    public static string TextOf(CommandLine command) => command.Shell.Length > 0 ? command.Shell : ShellQuoting.Join(command.Arguments);

    /// <exception cref="CommandFailedException">The command could not be started.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the command has ended.</exception>
    public async Task<CommandResult> RunAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var clock = Stopwatch.StartNew();
        using var process = Start();
        process.StandardInput.Close();
        var pumps = Task.WhenAll(
            PumpAsync(process.StandardOutput.BaseStream, _output, BlockOutput),
            PumpAsync(process.StandardError.BaseStream, _error, BlockError));
        var cancelled = !await EndsAsync(process, cancellationToken).ConfigureAwait(false);
        if (cancelled)
            await EndAsync(process).ConfigureAwait(false);
        var elapsed = clock.Elapsed;
        await Task.WhenAny(pumps, Task.Delay(Drain, CancellationToken.None)).ConfigureAwait(false);
        if (cancelled)
            throw new OperationCanceledException($"The command was ended, for its block was asked to stop: {TextOf(command)}", cancellationToken);
        return Result(process.ExitCode, elapsed);
    }

    private Process Start()
    {
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        if (command.Shell.Length > 0)
        {
            start.FileName = "/bin/sh";
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(command.Shell);
        }
        else
        {
            start.FileName = command.Arguments.Count > 0 && command.Arguments[0].Length > 0
                ? command.Arguments[0]
                : throw new CommandFailedException("", "the command is empty");
            foreach (var argument in command.Arguments.Skip(1))
                start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in specification.Environment)
            start.Environment[name] = value;
        if (sync is not null)
            start.Environment[SyncVariable] = sync;
        if (specification.TraceParent.Length > 0)
            start.Environment["TRACEPARENT"] = specification.TraceParent;
        if (specification.TraceState.Length > 0)
            start.Environment["TRACESTATE"] = specification.TraceState;
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception exception) when (exception is Win32Exception or ArgumentException or InvalidOperationException)
        {
            throw new CommandFailedException(TextOf(command), Reason(exception, start.FileName), exception);
        }
    }

    private static string Reason(Exception exception, string file) => exception switch
    {
        Win32Exception { NativeErrorCode: 2 } => $"'{file}' was not found (PATH={Environment.GetEnvironmentVariable("PATH")})",
        Win32Exception { NativeErrorCode: ArgumentsTooLong } =>
            "its arguments and environment together are larger than the system takes (E2BIG: some 2 MB in all, 128 KiB each). Give large data in a file, or as the command's input",
        _ => exception.Message,
    };

    private static async Task<bool> EndsAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!process.HasExited)
        {
            return false;
        }
    }

    /// <summary>TERM, then KILL. What the command started itself is ended by the worker's supervisor.</summary>
    private async Task EndAsync(Process process)
    {
        _ = ProcessIdentity.Of(process.Id)?.TrySignal(NativeMethods.SIGTERM);
        try
        {
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(grace, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task PumpAsync(Stream source, BoundedCapture capture, Stream target)
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (await source.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var count)
            {
                capture.Add(buffer.AsSpan(0, count));
                lock (OutputGate)
                    target.Write(buffer, 0, count);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The drain is over and the pipe was closed under us, or the block's output cannot take more.
        }
    }

    private CommandResult Result(int exitCode, TimeSpan elapsed) => new()
    {
        Command = TextOf(command),
        ExitCode = exitCode,
        Signal = exitCode > 128 && Signals.Name(exitCode - 128) is not null ? exitCode - 128 : 0,
        StandardOutput = _output.ToString(),
        StandardError = _error.ToString(),
        Elapsed = elapsed,
        IsTruncated = _output.IsTruncated || _error.IsTruncated,
    };
}
