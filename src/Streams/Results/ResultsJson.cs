using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Streams.Blocks;
using Streams.Blocks.Parts;
using Streams.Execution;

namespace Streams.Results;

/// <summary>Writes result.json of a block and results.json of a collection (docs/results.md). ASCII only.</summary>
internal static class ResultsJson
{
    /// <summary>ASCII only, and no '#': files that people print in CI systems hold no command for those.</summary>
    public static JavaScriptEncoder Encoder { get; } = MakeEncoder();

    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true, Encoder = Encoder };

    public static byte[] Block(RecordedBlock block, string host, BlockFiles files) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        json.WriteString("host", Text(host));
        WriteBlockFields(json, block);
        if (files.OutputLeftOut > 0)
            json.WriteNumber("outputBytesLeftOut", files.OutputLeftOut);
        WriteTexts(json, "lastOutput", files.LastOutput);
        WriteTexts(json, "data", files.Data);
        WriteTexts(json, "dataNotes", files.Notes);
        json.WriteEndObject();
    });

    /// <param name="snapshot">What is on record.</param>
    /// <param name="brief">True on a full disk: how many blocks there are, and none of them.</param>
    public static byte[] Collection(CollectionSnapshot snapshot, bool brief = false) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        json.WriteString("test", Text(snapshot.Test));
        json.WriteString("began", snapshot.Began);
        json.WriteNumber("elapsed", Seconds(snapshot.Elapsed));
        json.WriteBoolean("complete", snapshot.Complete);
        json.WriteString("results", snapshot.Problems.Count == 0 ? "complete" : "partial");
        WriteTexts(json, "problems", snapshot.Problems);
        json.WriteStartObject("tally");
        foreach (var (word, count) in Tally.Counts(snapshot.Outcomes))
            json.WriteNumber(word, count);
        json.WriteEndObject();
        if (brief)
            json.WriteNumber("blocksLeftOut", snapshot.Blocks.Count());
        json.WriteStartArray("streams");
        foreach (var stream in brief ? [] : snapshot.Streams)
            WriteStream(json, stream);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>The fields of a verdict, as in the record and in result.json.</summary>
    public static void WriteVerdict(Utf8JsonWriter json, BlockVerdict verdict, string? value)
    {
        json.WriteString("outcome", Tally.Word(verdict.Outcome));
        json.WriteString("reason", verdict.Reason.ToString());
        if (verdict.Reason == OutcomeReason.ExpectedFailure)
            json.WriteString("shownAs", "XFAIL");
        if (verdict.FailedPart is { } part)
            json.WriteString("failedPart", BlockParts.InWords(part));
        if (verdict.Message.Length > 0)
            json.WriteString("message", Text(verdict.Message));
        // Apart from the block's own outcome: did the engine do its work? (features, "execution status")
        json.WriteString("execution", IsExecutionOk(verdict) ? "OK" : "NOT_OK");
        json.WriteString("source", verdict.Received ? "received" : "inferred");
        json.WriteNumber("workerSeconds", Seconds(verdict.Elapsed));
        if (value is not null)
            json.WriteString("value", Text(value));
        if (verdict.Command is { } command)
            WriteCommand(json, command);
        if (verdict.Error is { } error)
        {
            json.WritePropertyName("error");
            WriteError(json, error, depth: 0);
        }

        if (verdict.TearDownError is { } second)
        {
            json.WritePropertyName("tearDownError");
            WriteError(json, second, depth: 0);
        }

        WriteTexts(json, "warnings", verdict.Warnings);
        WriteTexts(json, "outputTail", verdict.OutputTail);
        if (verdict.Strays.Count > 0)
            WriteStrays(json, verdict.Strays);
        if (verdict.StreamIsLost)
            json.WriteBoolean("streamIsLost", true);
    }

    private static JavaScriptEncoder MakeEncoder()
    {
        var allowed = new TextEncoderSettings(UnicodeRanges.BasicLatin);
        allowed.ForbidCharacter('#');
        return JavaScriptEncoder.Create(allowed);
    }

    /// <summary>The fields of what a block was given, as in the record and in result.json.</summary>
    public static void WriteGiven(Utf8JsonWriter json, GivenBlock given)
    {
        if (given.Text.Length > 0)
            json.WriteString("given", Text(given.Text));
        if (given.Parameters.Count == 0)
            return;
        json.WriteStartObject("parameters");
        foreach (var (name, value) in given.Parameters)
            json.WriteString(Text(name), Text(value));
        json.WriteEndObject();
    }

    private static bool IsExecutionOk(BlockVerdict verdict) =>
        verdict.Reason is not (OutcomeReason.Lost or OutcomeReason.StreamLost or OutcomeReason.NotStarted or OutcomeReason.ResultNotSendable);

    private static void WriteStream(Utf8JsonWriter json, RecordedStream stream)
    {
        json.WriteStartObject();
        json.WriteString("name", Text(stream.Name));
        json.WriteString("host", Text(stream.Host));
        if (stream.Lost is not null)
            json.WriteString("lost", Text(stream.Lost));
        json.WriteStartArray("blocks");
        foreach (var block in stream.Blocks)
        {
            json.WriteStartObject();
            WriteBlockFields(json, block);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteBlockFields(Utf8JsonWriter json, RecordedBlock block)
    {
        json.WriteString("stream", Text(block.Stream));
        json.WriteString("name", Text(block.Name));
        json.WriteNumber("ordinal", block.Ordinal);
        json.WriteNumber("order", block.Order);
        json.WriteString("directory", Text(block.Directory));
        if (block.Given is { } given)
            WriteGiven(json, given);
        json.WriteString("phase", block.Phase.ToString());
        json.WriteStartObject("times");
        json.WriteNumber("requested", Seconds(block.Requested));
        WriteTime(json, "triaging", block.Triaging);
        WriteTime(json, "ready", block.Ready);
        WriteTime(json, "started", block.Started);
        WriteTime(json, "finished", block.Finished);
        json.WriteEndObject();
        if (block.Waits.Count > 0)
            WriteWaits(json, block.Waits);
        if (block.Measurements.Count > 0)
            WriteMeasurements(json, block.Measurements);
        if (block.Verdict is { } verdict)
            WriteVerdict(json, verdict, block.Value);
    }

    /// <summary>The fields of one measured figure. JSON has no words for the infinite and for what is no number.</summary>
    public static void WriteMeasurement(Utf8JsonWriter json, string name, double value, string unit)
    {
        json.WriteString("name", Text(name));
        if (double.IsFinite(value))
            json.WriteNumber("value", value);
        else
            json.WriteString("value", value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("unit", Text(unit));
    }

    private static void WriteMeasurements(Utf8JsonWriter json, IReadOnlyList<BlockMeasurement> measurements)
    {
        json.WriteStartArray("measurements");
        foreach (var measurement in measurements)
        {
            json.WriteStartObject();
            WriteMeasurement(json, measurement.Name, measurement.Value, measurement.Unit);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteWaits(Utf8JsonWriter json, IReadOnlyList<RecordedWait> waits)
    {
        json.WriteStartArray("waits");
        foreach (var wait in waits)
        {
            json.WriteStartObject();
            json.WriteString("what", Text(wait.What));
            json.WriteNumber("from", Seconds(wait.From));
            WriteTime(json, "until", wait.Until);
            json.WriteString("ended", Text(wait.Ended));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCommand(Utf8JsonWriter json, Wire.CommandOutcome command)
    {
        json.WriteStartObject("command");
        json.WriteNumber("exitCode", command.ExitCode);
        if (command.Signal != 0)
            json.WriteNumber("signal", command.Signal);
        json.WriteNumber("seconds", command.ElapsedUs / 1e6);
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, BlockError error, int depth)
    {
        json.WriteStartObject();
        json.WriteString("type", Text(error.Type));
        json.WriteString("message", Text(error.Message));
        json.WriteString("stackTrace", Text(error.StackTrace));
        if (error.IsAssertion)
            json.WriteBoolean("isAssertion", true);
        if (error.Barrier.Length > 0)
            json.WriteString("barrier", Text(error.Barrier));
        if (error.Inner.Count > 0 && depth < 16)
        {
            json.WriteStartArray("inner");
            foreach (var inner in error.Inner)
                WriteError(json, inner, depth + 1);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteStrays(Utf8JsonWriter json, IReadOnlyList<StrayProcess> strays)
    {
        json.WriteStartArray("strays");
        foreach (var stray in strays)
        {
            json.WriteStartObject();
            json.WriteNumber("pid", stray.ProcessId);
            json.WriteString("host", Text(stray.Host));
            json.WriteString("command", Text(stray.Command));
            json.WriteString("waitChannel", Text(stray.WaitChannel));
            json.WriteString("removeWith", Text(stray.RemoveWith));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = Encoder }))
            content(json);
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(Text(text));
        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, TimeSpan? time)
    {
        if (time is { } known)
            json.WriteNumber(name, Seconds(known));
    }

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 6);

    private static string Text(string text) => EventsRecord.Text(text);
}
