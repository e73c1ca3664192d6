using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Streams.Results;

/// <summary>
/// <c>events.jsonl</c>, the record of a collection: append-only, one JSON object a line, ASCII only. Lines gather in memory
/// and go to the operating system together: at the latest when a block's result must be on record, or a few milliseconds on.
/// </summary>
internal sealed class EventsRecord : IDisposable
{
    // When the disk does not keep up, or is full, lines wait: those that may be left out up to here, the others twice that.
    private const int MostWaiting = 16 << 20;

    private readonly TimeProvider _time;
    private readonly RecordHealth _health;
    private readonly string _path;
    private readonly long _began;

    // Held while writing to the file; taken before _gate. Guards _file, _length and _out.
    private readonly Lock _writing = new();
    private readonly Lock _gate = new();

    // Guarded by _gate: the line being made, lines made, the number of the last, and how many were left out since then.
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private readonly Utf8JsonWriter _json;
    private ArrayBufferWriter<byte> _lines = new(16 * 1024);
    private long _number;
    private long _leftOut;
    private bool _leftOutSaid;

    // Taken from _lines to be written. Stays until the disk has taken it: a full one may have room again.
    private ArrayBufferWriter<byte> _out = new(16 * 1024);
    private SafeFileHandle? _file;
    private long _length;

    public EventsRecord(string path, TimeProvider time, RecordHealth health)
    {
        _path = path;
        _time = time;
        _health = health;
        _began = time.GetTimestamp();
        _json = new Utf8JsonWriter(_line, new JsonWriterOptions { SkipValidation = true, Encoder = ResultsJson.Encoder });
    }

    /// <summary>Time since the record began. Never jumps.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_began);

    /// <summary>Adds one line.</summary>
    /// <param name="kind">What happened, as <c>block-finished</c>.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="state">Given to <paramref name="fields"/>, so that it need not capture.</param>
    /// <param name="fields">Writes what else is to be said.</param>
    /// <param name="essential">False: may be left out when the disk does not keep up; that is said then.</param>
    /// <returns>The time of the event since the record began.</returns>
    public TimeSpan Append<T>(string kind, in EventSubject subject, T state, Action<Utf8JsonWriter, T>? fields, bool essential = true)
    {
        TimeSpan elapsed;
        lock (_gate)
        {
            elapsed = Elapsed;
            if (_lines.WrittenCount <= (essential ? 2 * MostWaiting : MostWaiting))
            {
                if (_leftOut > 0)
                    AppendLeftOutLocked(elapsed);
                AppendLocked(kind, subject, elapsed, state, fields);
                return elapsed;
            }

            _leftOut++;
            if (_leftOutSaid)
                return elapsed;
            _leftOutSaid = true;
        }

        _health.Partial(_path, "lines came faster than the disk takes them, and some were left out");
        return elapsed;
    }

    public TimeSpan Append(string kind, in EventSubject subject) => Append<object?>(kind, subject, null, null);

    /// <summary>Gives all lines to the operating system. False if it would not take them: they wait for the next time.</summary>
    public bool Flush()
    {
        lock (_writing)
        {
            while (true)
            {
                if (_out.WrittenCount == 0 && !TakeLinesLocked())
                    return true;
                if (!WriteLocked(_out.WrittenSpan))
                    return false;
                Recycle(ref _out);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_leftOut > 0)
                AppendLeftOutLocked(Elapsed);
        }

        Flush();
        lock (_writing)
            _file?.Dispose();
        lock (_gate)
            _json.Dispose();
    }

    /// <summary>Text that JSON can hold: a lone surrogate becomes the replacement character.</summary>
    public static string Text(string text) =>
        text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;

    private bool TakeLinesLocked()
    {
        lock (_gate)
        {
            (_out, _lines) = (_lines, _out);
            return _out.WrittenCount > 0;
        }
    }

    private void AppendLeftOutLocked(TimeSpan elapsed)
    {
        var count = _leftOut;
        _leftOut = 0;
        AppendLocked("lines-left-out", default, elapsed, count, static (json, lines) => json.WriteNumber("lines", lines));
    }

    private void AppendLocked<T>(string kind, in EventSubject subject, TimeSpan elapsed, T state, Action<Utf8JsonWriter, T>? fields)
    {
        // The line is made apart, so that one which cannot be made leaves no half behind.
        _line.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteNumber("n", _number + 1);
        _json.WriteNumber("t", Math.Round(elapsed.TotalSeconds, 6));
        _json.WriteString("at", _time.GetUtcNow());
        _json.WriteString("kind", kind);
        if (subject.Stream is not null)
            _json.WriteString("stream", Text(subject.Stream));
        if (subject.Block is not null)
        {
            _json.WriteString("block", Text(subject.Block));
            _json.WriteNumber("order", subject.Order);
        }

        fields?.Invoke(_json, state);
        _json.WriteEndObject();
        _json.Flush();
        _line.Write("\n"u8);
        _lines.Write(_line.WrittenSpan);
        _number++;
    }

    // At an offset of our own: what a full disk cut off is cut away again, and the next line begins where it should.
    private bool WriteLocked(ReadOnlySpan<byte> lines)
    {
        try
        {
            _file ??= File.OpenHandle(_path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            RandomAccess.Write(_file, lines, _length);
            _length += lines.Length;
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _health.Failed(_path, exception);
            if (_file is not null)
                _health.Try(_path, () => RandomAccess.SetLength(_file, _length));
            return false;
        }
    }

    // A burst must not keep its memory for the rest of the run.
    private static void Recycle(ref ArrayBufferWriter<byte> buffer)
    {
        if (buffer.Capacity > 1 << 20)
            buffer = new ArrayBufferWriter<byte>(16 * 1024);
        else
            buffer.ResetWrittenCount();
    }
}
