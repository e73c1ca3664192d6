using Streams.Processes;

namespace Streams.Results;

/// <summary>
/// The one thread that makes a collection's directories, logs and reports, so that no block waits for them. Work is done
/// in the order it was posted. A thread of its own: the pool of a test process may be starved by the tests.
/// </summary>
internal sealed class RecordWriter : IAsyncDisposable
{
    // Bytes of work that may be left out (log lines, output) waiting at most.
    private const long MostWaiting = 32 << 20;

    // After a first piece of work more follows within microseconds: one waking serves them all.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);

    // A burst of short blocks: their files are made when it is over, for making them costs more than running the blocks.
    // Nobody sees the difference within this time, and so much waiting costs little memory.
    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(1);
    private const int MostPatient = 20_000;

    // At the end as long as the work moves on, it is waited for; a standstill of this length is given up on.
    private static readonly TimeSpan LongestStandstill = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly ManualResetEventSlim _hurry = new(false);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<TimeSpan> _tick;
    private readonly Action<Exception> _broken;

    // Guarded by _gate: work not taken yet, its size, whether some of it is urgent, whether the thread knows of it, and
    // whether it is to end.
    private List<Action> _waiting = [];
    private long _waitingBytes;
    private bool _urgent;
    private bool _awake;
    private bool _ending;

    // Pieces of work done. Written by the thread.
    private long _done;

    /// <param name="name">The thread's name.</param>
    /// <param name="tick">Called after each batch of work, and after the time that it answered last.</param>
    /// <param name="broken">Told of an exception that work did not expect.</param>
    public RecordWriter(string name, Func<TimeSpan> tick, Action<Exception> broken)
    {
        _tick = tick;
        _broken = broken;
        new Thread(Loop) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Posts work that must be done.</summary>
    public void Post(Action work) => Add(work, 0, urgent: true);

    /// <summary>Posts work that must be done, but not in the middle of a burst of more such work.</summary>
    public void PostPatiently(Action work) => Add(work, 0, urgent: false);

    /// <summary>Posts work of this size. False if too much is waiting already: it is left out.</summary>
    public bool TryPost(int bytes, Action work)
    {
        if (Volatile.Read(ref _waitingBytes) + bytes > MostWaiting)
            return false;
        Add(work, bytes, urgent: true);
        return true;
    }

    /// <summary>Completes when all that was posted before is done.</summary>
    public Task FlushAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => done.SetResult());
        _hurry.Set();
        return Task.WhenAny(done.Task, _ended.Task);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _ending = true;
        _hurry.Set();
        _wake.Set();
        for (var before = -1L; !_ended.Task.IsCompleted;)
        {
            var done = Volatile.Read(ref _done);
            if (done == before)
            {
                // A disk that does not answer (a lost network mount). The thread is left to it; the test is not.
                _broken(new TimeoutException($"the disk did not answer for {LongestStandstill.TotalSeconds} s; logs and reports are not complete"));
                return;
            }

            before = done;
            await Task.WhenAny(_ended.Task, Task.Delay(LongestStandstill)).ConfigureAwait(false);
        }
    }

    private void Add(Action work, int bytes, bool urgent)
    {
        bool sleeping;
        lock (_gate)
        {
            _waiting.Add(work);
            _waitingBytes += bytes;
            _urgent |= urgent;
            sleeping = !_awake;
            _awake = true;
        }

        if (sleeping)
            _wake.Set();
    }

    private void Loop()
    {
        // What is written here is waited for by nobody until the end; a block that runs is.
        NativeMethods.StepBack();
        var taken = new List<Action>();
        while (Take(ref taken))
        {
            foreach (var work in taken)
                Run(work);
            taken.Clear();
            var pause = Timeout.InfiniteTimeSpan;
            Run(() => pause = _tick());
            if (!IsIdle())
                continue;
            if (_wake.WaitOne(pause))
                Gather();
        }

        _ended.SetResult();
    }

    /// <summary>Waits for more of the same: a moment if some of it is urgent, else until no more comes.</summary>
    private void Gather()
    {
        var (seen, waited) = (-1, TimeSpan.Zero);
        while (!_hurry.Wait(Gathering))
        {
            waited += Gathering;
            lock (_gate)
            {
                if (_urgent || _waiting.Count == seen || _waiting.Count > MostPatient || waited >= LongestPatience)
                    return;
                seen = _waiting.Count;
            }
        }

        _hurry.Reset();
    }

    // False when there is nothing left to do and nothing will come.
    private bool Take(ref List<Action> taken)
    {
        lock (_gate)
        {
            if (_ending && _waiting.Count == 0)
                return false;
            (taken, _waiting) = (_waiting, taken);
            _waitingBytes = 0;
            _urgent = false;
            return true;
        }
    }

    private bool IsIdle()
    {
        lock (_gate)
        {
            _awake = _waiting.Count > 0 || _ending;
            return !_awake;
        }
    }

    // One piece of work that fails must not cost the others.
    private void Run(Action work)
    {
        Volatile.Write(ref _done, _done + 1);
        try
        {
            work();
        }
        catch (Exception exception)
        {
            _broken(exception);
        }
    }
}
