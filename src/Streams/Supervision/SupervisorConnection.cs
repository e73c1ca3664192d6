using System.Collections.Concurrent;
using System.Diagnostics;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Supervision;

/// <summary>One supervisor process and the calls that wait for its answers.</summary>
internal sealed class SupervisorConnection : IAsyncDisposable
{
    // More than the supervisor allows itself.
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(12);

    // Sweeping and ending take it 5 seconds at most. One that is silent for longer is stopped (SIGSTOP) or stuck, and of no use.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<WorkerStarted>> _started = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<WorkerEnded>> _ended = new();
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<WorkerSwept>> _swept = new();

    private readonly string _id;
    private readonly string _messages;
    private readonly Process _process;
    private readonly FramedStream _requests;
    private readonly FramedStream _answers;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ulong _lastSweep;
    private volatile bool _disposing;

    // Set before the waiting calls are failed, so that a call that comes in between sees it.
    private volatile SupervisorLostException? _lost;

    private SupervisorConnection(string id, string messages, Process process, TimeProvider time)
    {
        (_id, _messages, _process, _time) = (id, messages, process, time);
        ProcessId = process.Id;
        _requests = new FramedStream(process.StandardInput.BaseStream);
        _answers = new FramedStream(process.StandardOutput.BaseStream);
        new Thread(ReadAll) { IsBackground = true, Name = "Streams supervisor reader" }.Start();
    }

    public int ProcessId { get; }

    public bool IsLost => _lost is not null;

    public static SupervisorConnection Start(IReadOnlyList<string> command, string id, string directory, TimeProvider time)
    {
        var messages = Path.Combine(directory, $"supervisor-{id[..8]}.log");
        // Its standard error is a file, not a pipe that somebody has to empty. The shell is gone after that.
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in WorkerStartup.NeededByPrograms)
            start.Environment[name] = value;
        // As for workers: a killed .NET process leaves three files of its debugger's behind, unless told not to make them.
        if (!start.Environment.ContainsKey(WorkerStartup.DiagnosticsVariable))
        {
            start.Environment[WorkerStartup.DiagnosticsVariable] = "0";
            start.Environment[WorkerStartup.DiagnosticsSetVariable] = "1"; // the workers hand it down to the last, and take it out
        }

        foreach (var argument in (string[])["-c", "( umask 077; : >>\"$1\" ); exec 2>>\"$1\"; shift; exec \"$@\"", "sh", messages, .. command, "--id", id])
            start.ArgumentList.Add(argument);
        try
        {
            return new SupervisorConnection(id, messages, Process.Start(start)!, time);
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw new SupervisorLostException($"The local supervisor could not be started: {exception.Message}");
        }
    }

    public Task<WorkerStarted> StartAsync(StartWorker start)
    {
        var started = Waiter<WorkerStarted>();
        if (!_started.TryAdd(start.Worker, started))
            throw new ArgumentException($"There is a worker {start.Worker} already.", nameof(start));
        _ended[start.Worker] = Waiter<WorkerEnded>();
        Send(new ToSupervisor { Start = start });
        return started.Task;
    }

    public Task<WorkerEnded> EndedAsync(string worker) => _ended[worker].Task;

    public async Task<WorkerEnded> StopAsync(string worker, TimeSpan grace)
    {
        // Requests are answered side by side: one about a worker has to wait until that worker is known over there.
        await _started[worker].Task.ConfigureAwait(false);
        var ended = _ended[worker].Task;
        if (!ended.IsCompleted)
            Send(new ToSupervisor { Stop = new StopWorker { Worker = worker, GraceMs = (long)grace.TotalMilliseconds } });
        return await AnsweredAsync(ended, grace + LongestSilence).ConfigureAwait(false);
    }

    public async Task<WorkerSwept> SweepAsync(string worker, IReadOnlyCollection<KeptProcess> kept)
    {
        await _started[worker].Task.ConfigureAwait(false);
        var request = Interlocked.Increment(ref _lastSweep);
        var swept = Waiter<WorkerSwept>();
        _swept[request] = swept;
        Send(new ToSupervisor { Sweep = new SweepWorker { Worker = worker, Request = request, Kept = { kept } } });
        return await AnsweredAsync(swept.Task, LongestSilence).ConfigureAwait(false);
    }

    /// <summary>
    /// The answer; or the end of a supervisor that gives none, with all that it had started: its guard sees to that, as when
    /// somebody else kills it.
    /// </summary>
    private async Task<T> AnsweredAsync<T>(Task<T> answer, TimeSpan limit)
    {
        try
        {
            return await answer.WaitAsync(limit, _time).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!answer.IsCompleted)
        {
            _process.Kill();
            return await answer.ConfigureAwait(false); // fails as soon as its end is seen
        }
    }

    public async ValueTask DisposeAsync()
    {
        _disposing = true;
        _requests.Dispose(); // the end of its input: it ends all its workers and itself
        var inTime = await Task.WhenAny(_closed.Task, Task.Delay(EndLimit, _time)).ConfigureAwait(false) == _closed.Task;
        if (!inTime)
        {
            _process.Kill();
            await Leftovers.EndAsync(_id, _time).ConfigureAwait(false);
        }

        _answers.Dispose();
        _process.Dispose();
    }

    private static TaskCompletionSource<T> Waiter<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Send(ToSupervisor request)
    {
        try
        {
            _requests.Write(request);
        }
        catch (Exception exception) when (exception is (IOException and not FrameException) or ObjectDisposedException)
        {
            // Its end is seen by the reader, which then fails all that wait, this call included.
        }

        if (_lost is { } lost)
            FailWaiting(lost);
    }

    private void ReadAll()
    {
        var reason = "";
        try
        {
            while (_answers.Read(FromSupervisor.Parser) is { } answer)
                Take(answer);
        }
        catch (FrameException exception)
        {
            reason = $"\n  Its answer could not be understood: {exception.Message}";
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            reason = $"\n  {exception.Message}";
        }

        EndedAsync().GetAwaiter().GetResult();

        async Task EndedAsync()
        {
            var exit = await ExitAsync().ConfigureAwait(false);
            // Its workers died with it; what they had started is ended here, beside the guard, so that it is gone when we say so.
            var rest = _disposing ? new EndResult(0, []) : await Leftovers.EndAsync(_id, _time).ConfigureAwait(false);
            _lost = Describe(exit, reason, rest);
            FailWaiting(_lost);
            _closed.SetResult();
        }
    }

    private async Task<string> ExitAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(EndLimit, _time).ConfigureAwait(false);
            var code = _process.ExitCode;
            // Process reports a signal as 128 + n; 129 is dotnet's own "a file is missing".
            var exit = code is > 129 and < 150 ? new ProcessExit(-1, code - 128) : new ProcessExit(code, 0);
            return exit.Describe(string.Join('\n', OutputTail.Read(_messages, lines: 40)));
        }
        catch (TimeoutException)
        {
            _process.Kill();
            return $"closed its output and was still there {EndLimit.TotalSeconds:0} s later";
        }
    }

    private SupervisorLostException Describe(string exit, string reason, EndResult rest)
    {
        var tail = OutputTail.Read(_messages, lines: 10);
        var said = tail.Count == 0 ? "" : "\n  Its last words:\n    " + string.Join("\n    ", tail.Select(PrintableText.CleanLine));
        var strays = string.Concat(rest.Strays.Select(stray =>
            $"\n  Could not be ended: {PrintableText.CleanLine(stray.Command)} (remove it with: kill -9 {stray.ProcessId})"));
        return new SupervisorLostException(
            $"The local supervisor (process {ProcessId}) {exit}.{reason}{said}{strays}\n  Its workers ended with it. The next stream starts a new one.");
    }

    private void FailWaiting(SupervisorLostException lost)
    {
        foreach (var waiter in _started.Values)
            waiter.TrySetException(lost);
        foreach (var waiter in _ended.Values)
        {
            waiter.TrySetException(lost);
            _ = waiter.Task.Exception; // not everybody asks for an end
        }

        foreach (var waiter in _swept.Values)
            waiter.TrySetException(lost);
    }

    private void TakeStarted(WorkerStarted answer)
    {
        if (answer.Error.Length > 0 && _ended.TryGetValue(answer.Worker, out var ended))
        {
            ended.TrySetException(new IOException($"The worker {answer.Worker} never started: {answer.Error}"));
            _ = ended.Task.Exception; // whoever asked for the start is told there
        }

        if (_started.TryGetValue(answer.Worker, out var started))
            started.TrySetResult(answer);
    }

    private void Take(FromSupervisor answer)
    {
        switch (answer.KindCase)
        {
            case FromSupervisor.KindOneofCase.Started:
                TakeStarted(answer.Started);
                break;
            case FromSupervisor.KindOneofCase.Ended:
                if (_ended.TryGetValue(answer.Ended.Worker, out var ended))
                    ended.TrySetResult(answer.Ended);
                break;
            case FromSupervisor.KindOneofCase.Swept:
                if (_swept.TryRemove(answer.Swept.Request, out var swept))
                    swept.TrySetResult(answer.Swept);
                break;
        }
    }
}
