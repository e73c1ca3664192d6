using System.Collections;
using System.Globalization;
using Streams.Processes;

namespace Streams.Workers;

/// <summary>
/// The worker's environment, current directory, culture and console, as they were when it started. Blocks may change them; the next block of the
/// stream finds them as they were.
/// </summary>
internal sealed class Surroundings
{
    private readonly string _directory = Environment.CurrentDirectory;
    private readonly Dictionary<string, string> _variables = Variables();
    private readonly (CultureInfo? Culture, CultureInfo? Language) _cultures = (CultureInfo.DefaultThreadCurrentCulture, CultureInfo.DefaultThreadCurrentUICulture);
    private readonly (TextWriter Output, TextWriter Error) _console = (Console.Out, Console.Error);

    /// <summary>Puts back what was changed. Answers what that was; null: nothing.</summary>
    public string? Restore()
    {
        var changed = RestoreVariables();
        if (RestoreDirectory() is { } directory)
            changed.Add(directory);
        RestoreStatics(changed);
        return changed.Count == 0 ? null : string.Join(", ", changed);
    }

    private void RestoreStatics(List<string> changed)
    {
        if (_cultures != (CultureInfo.DefaultThreadCurrentCulture, CultureInfo.DefaultThreadCurrentUICulture))
        {
            (CultureInfo.DefaultThreadCurrentCulture, CultureInfo.DefaultThreadCurrentUICulture) = _cultures;
            changed.Add("the threads' culture");
        }

        if (ReferenceEquals(Console.Out, _console.Output) && ReferenceEquals(Console.Error, _console.Error))
            return;
        Console.SetOut(_console.Output);
        Console.SetError(_console.Error);
        changed.Add("where the console writes");
    }

    private List<string> RestoreVariables()
    {
        var changed = new List<string>();
        var now = Environment.GetEnvironmentVariables();
        if (now.Count == _variables.Count && _variables.All(variable => variable.Value.Equals(now[variable.Key])))
            return changed;
        foreach (var (name, value) in _variables)
        {
            if (value.Equals(now[name]))
                continue;
            Environment.SetEnvironmentVariable(name, value);
            changed.Add(name);
        }

        foreach (var added in now.Keys.Cast<string>().Where(name => !_variables.ContainsKey(name)))
        {
            Environment.SetEnvironmentVariable(added, null);
            changed.Add(added);
        }

        changed.Sort(StringComparer.Ordinal);
        return changed;
    }

    private string? RestoreDirectory()
    {
        string? now;
        try
        {
            now = Environment.CurrentDirectory;
        }
        catch (IOException)
        {
            now = null; // the block has removed the directory that it had gone to
        }

        if (now == _directory)
            return null;
        try
        {
            Environment.CurrentDirectory = _directory;
            return "the current directory";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"not the current directory, for {PrintableText.CleanLine(exception.Message)}";
        }
    }

    private static Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return variables;
    }
}
