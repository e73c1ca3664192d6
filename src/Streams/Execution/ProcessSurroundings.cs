using System.Collections;
using Streams.Supervision;

namespace Streams.Execution;

/// <summary>
/// Directory and environment of the test process at one moment: what a worker starts in. Not its supervisor's, which was started
/// before the test's author set a variable.
/// </summary>
internal sealed record ProcessSurroundings(string Directory, Dictionary<string, string> Variables)
{
    public static ProcessSurroundings Now()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        foreach (var (name, value) in WorkerStartup.NeededByPrograms)
            variables[name] = value;
        return new ProcessSurroundings(Environment.CurrentDirectory, variables);
    }

    public bool Equal(ProcessSurroundings? other) =>
        other is not null && Directory == other.Directory && Variables.Count == other.Variables.Count
        && Variables.All(variable => other.Variables.TryGetValue(variable.Key, out var value) && value == variable.Value);
}
