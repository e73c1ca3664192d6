using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Streams.Processes;

namespace Streams.Supervision;

/// <summary>
/// What a run keeps in <c>run.json</c> in its private directory: who it is, and by what the processes below it are known. For
/// whoever finds the directory when all of the run's own processes are gone.
/// </summary>
/// <param name="Machine">The host's name: a temporary directory may be shared.</param>
/// <param name="Boot">The kernel's boot id.</param>
/// <param name="ProcessSpace">The namespace that the ids below are of.</param>
/// <param name="Owner">The test process.</param>
/// <param name="Supervisors">Every supervisor that it has started, with the id that marks all below it.</param>
internal sealed record RunNote(string Machine, string Boot, string ProcessSpace, ProcessIdentity Owner, IReadOnlyList<(string Id, ProcessIdentity Process)> Supervisors)
{
    public const string FileName = "run.json";

    private const int IdLength = 32;

    /// <summary>Of this process, with no supervisor yet.</summary>
    public static RunNote OfThisProcess() => new(
        Environment.MachineName,
        ProcFile.ReadText("/proc/sys/kernel/random/boot_id").Trim(),
        new FileInfo("/proc/self/ns/pid").LinkTarget ?? "",
        ProcessIdentity.OfThisProcess,
        []);

    /// <summary>Reads a directory's note; null: there is none, or none that can be trusted in every field.</summary>
    public static RunNote? TryRead(string directory)
    {
        try
        {
            if (JsonNode.Parse(ProcFile.ReadText(Path.Combine(directory, FileName))) is not JsonObject json)
                return null;
            var supervisors = json["supervisors"]!.AsArray().Select(one => ((string)one!["id"]!, Identity(one))).ToList();
            // An id is looked for in every process's environment: an empty one would be found in all.
            return supervisors.TrueForAll(one => one.Item1.Length == IdLength && one.Item1.All(char.IsAsciiHexDigitLower))
                ? new RunNote((string)json["machine"]!, (string)json["boot"]!, (string)json["processSpace"]!, Identity(json), supervisors)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Writes it under another name first: whoever reads it finds all of it.</summary>
    public void Write(string directory)
    {
        var path = Path.Combine(directory, FileName);
        File.WriteAllText(path + ".new", ToJson());
        File.Move(path + ".new", path, overwrite: true);
        Failpoint.Hit(Failpoints.ControllerRunRecorded);
    }

    public RunNote With(string id, ProcessIdentity process) =>
        this with { Supervisors = [.. Supervisors.Where(one => one.Id != id), (id, process)] };

    // By hand: this is on the way to a test's first stream, and a serialiser takes milliseconds to find itself.
    private string ToJson()
    {
        var supervisors = string.Join(",", Supervisors.Select(one => $$"""{"id":"{{one.Id}}",{{Fields(one.Process)}}}"""));
        return $$"""{"machine":"{{JsonEncodedText.Encode(Machine)}}","boot":"{{Boot}}","processSpace":"{{ProcessSpace}}",{{Fields(Owner)}},"supervisors":[{{supervisors}}]}""";
    }

    private static string Fields(ProcessIdentity process) =>
        string.Create(CultureInfo.InvariantCulture, $"\"pid\":{process.ProcessId},\"startTicks\":{process.StartTicks}");

    private static ProcessIdentity Identity(JsonNode json) => new((int)json["pid"]!, (ulong)json["startTicks"]!);
}
