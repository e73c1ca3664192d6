using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Blocks.Commands;

/// <summary>
/// The process of one command, in a group of its own, begun as after a login. One thread of its own reads what it prints and
/// waits for its end: the end of the process, never that of its output, which a daemon may hold open.
/// </summary>
/// <remarks>
/// Not <see cref="Process"/>: that cannot give a group of its own, so that nobody could signal a shell together with what it
/// runs, and it searches for the program with the variables of this process instead of the command's. Reaps its own child by
/// id only; the runtime does not touch children that it has not started.
/// </remarks>
internal sealed class CommandProcess
{
    private const int BufferSize = 16 * 1024;
    private const int ThreadStack = 256 * 1024;

    /// <summary>Between two looks, on kernels that cannot tell a process's end (before 5.3).</summary>
    private const int LookMilliseconds = 20;

    /// <summary>More than a pipe holds; a daemon may go on filling it.</summary>
    private const int MostPieces = 128;

    /// <summary>After the exit, for what others still write.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(2);

    private readonly CommandOutput _output;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Set when its id may be given to another process. Guarded by <see cref="_gate"/>.</summary>
    private bool _reaped;

    private ProcessExit _exit = new(-1, 0);
    private TimeSpan _elapsed;

    private CommandProcess(string text, ProcessIdentity identity, SafeFileHandle? input, CommandOutput output)
    {
        (Text, Identity, _output) = (text, identity, output);
        Input = input is null ? Stream.Null : new FileStream(input, FileAccess.Write, bufferSize: 0);
    }

    /// <summary>The command line.</summary>
    public string Text { get; }

    public ProcessIdentity Identity { get; }

    /// <summary>To the program's standard input, if that was asked for. To be disposed of by whoever uses it.</summary>
    public Stream Input { get; }

    /// <summary>Completes when it has ended and what it printed has been read.</summary>
    public Task Ended => _ended.Task;

    public static string TextOf(CommandLine command) => command.Shell.Length > 0 ? command.Shell : ShellQuoting.Join(command.Arguments);

    /// <param name="command">What to run.</param>
    /// <param name="environment">The whole environment.</param>
    /// <param name="output">Receives what it prints.</param>
    /// <param name="hasInput">True: standard input is a pipe, see <see cref="Input"/>; false: <c>/dev/null</c>.</param>
    /// <exception cref="CommandFailedException">It could not be started.</exception>
    public static CommandProcess Start(CommandLine command, IReadOnlyDictionary<string, string> environment, CommandOutput output, bool hasInput)
    {
        var text = TextOf(command);
        var isShell = command.Shell.Length > 0;
        var program = isShell ? "/bin/sh" : ProgramPath.Find(command.Arguments, environment);
        try
        {
            using var pipes = new CommandPipes(hasInput);
            var processId = Spawner.Start(new SpawnRequest(isShell ? ["sh", "-c", command.Shell] : command.Arguments, environment, null, pipes.ChildInput, pipes.ChildOutput)
            {
                Program = program,
                StandardError = pipes.ChildError,
                StaysInSession = true,
            });
            // Not reaped yet, so there is an entry even if it has ended already.
            ProcessEntry.TryRead(processId, out var entry);
            var process = new CommandProcess(text, new ProcessIdentity(processId, entry.StartTicks), pipes.TakeInput(), output);
            var (standardOutput, standardError) = pipes.TakeOutputs();
            new Thread(() => process.Follow(standardOutput, standardError), ThreadStack) { IsBackground = true, Name = "Streams command" }.Start();
            return process;
        }
        catch (IOException exception)
        {
            throw new CommandFailedException(text, FailedCommandStart.Describe(exception.HResult, program, exception.Message), exception);
        }
    }

    /// <summary>Its result. To be asked for when it has ended.</summary>
    public CommandResult Result()
    {
        // A shell says 128 + n for a program that signal n ended; one that we have started ourselves reads the same.
        var exitCode = _exit.Signal != 0 ? 128 + _exit.Signal : _exit.ExitCode;
        return new CommandResult
        {
            Command = Text,
            ExitCode = exitCode,
            Signal = exitCode > 128 && Signals.Name(exitCode - 128) is not null ? exitCode - 128 : 0,
            StandardOutput = _output.StandardOutput,
            StandardError = _output.StandardError,
            Elapsed = _elapsed,
            IsTruncated = _output.IsTruncated,
        };
    }

    /// <summary>TERM to all that came from it, and after the grace KILL to what is left of that.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        var tree = ProcessTree.Below(Identity);
        if (grace > TimeSpan.Zero)
        {
            foreach (var entry in tree)
                entry.Identity.TrySignal(NativeMethods.SIGTERM);
            await Task.WhenAny(_ended.Task, Task.Delay(grace)).ConfigureAwait(false);
        }

        await KillAsync(tree).ConfigureAwait(false);
        await Task.WhenAny(_ended.Task, Task.Delay(KillLimit)).ConfigureAwait(false);
    }

    /// <summary>Again and again, as it may fork meanwhile. What is left then is its supervisor's affair, at the block's end.</summary>
    private async Task KillAsync(List<ProcessEntry> known)
    {
        var pause = TimeSpan.FromMilliseconds(1);
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < KillLimit; pause *= 2)
        {
            var left = known.Where(entry => entry.Identity.IsAlive).Concat(ProcessTree.Below(Identity)).ToList();
            if (left.Count == 0)
                return;
            foreach (var entry in left)
                entry.Identity.TrySignal(NativeMethods.SIGKILL);
            await Task.Delay(pause).ConfigureAwait(false);
        }
    }

    /// <summary>Reads and waits; runs on the command's own thread.</summary>
    private void Follow(int standardOutput, int standardError)
    {
        var end = NativeMethods.OpenProcess(Identity.ProcessId);
        var buffer = new byte[BufferSize];
        Span<PollEntry> entries = [new(standardOutput, NativeMethods.PollIn), new(standardError, NativeMethods.PollIn), new(end, NativeMethods.PollIn)];
        try
        {
            var exited = 0L;
            while (exited == 0 || ((entries[0].Descriptor >= 0 || entries[1].Descriptor >= 0) && Stopwatch.GetElapsedTime(exited) < Drain))
            {
                NativeMethods.Poll(entries, exited == 0 && end >= 0 ? -1 : LookMilliseconds);
                for (var i = 0; i < 2; i++)
                    Read(ref entries[i], buffer, isError: i == 1);
                if (exited != 0 || (end >= 0 && !entries[2].IsReady) || !TryReap())
                    continue;
                exited = Stopwatch.GetTimestamp();
                entries[2].Descriptor = -1;
                // What it wrote itself is in the pipes by now, and is read however late we come.
                for (var piece = 0; piece < MostPieces && NativeMethods.Poll(entries, 0); piece++)
                {
                    Read(ref entries[0], buffer, isError: false);
                    Read(ref entries[1], buffer, isError: true);
                }
            }
        }
        finally
        {
            foreach (var descriptor in (ReadOnlySpan<int>)[standardOutput, standardError, end])
                _ = descriptor < 0 ? 0 : NativeMethods.Close(descriptor);
            _output.End();
            _ended.TrySetResult();
        }
    }

    private void Read(ref PollEntry entry, byte[] buffer, bool isError)
    {
        if (entry.Descriptor < 0 || !entry.IsReady)
            return;
        var count = NativeMethods.Read(entry.Descriptor, buffer);
        if (count > 0)
            _output.Receive(buffer.AsSpan(0, count), isError);
        else
            entry.Descriptor = -1; // its end; closed with the others
        entry.Returned = 0;
    }

    private bool TryReap()
    {
        lock (_gate)
        {
            if (_reaped)
                return true;
            var waited = NativeMethods.WaitFor(Identity.ProcessId, out var status, NativeMethods.WNOHANG);
            if (waited == 0)
                return false;
            // Not ours to reap any more: native code of the block has taken its end away, and with it how it ended.
            _exit = waited == Identity.ProcessId ? ProcessExit.FromWaitStatus(status) : new ProcessExit(-1, 0);
            _elapsed = _clock.Elapsed;
            return _reaped = true;
        }
    }
}
