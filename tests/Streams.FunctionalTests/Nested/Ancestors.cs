using System.Globalization;

namespace Streams.FunctionalTests.Nested;

/// <summary>The processes above a process.</summary>
internal static class Ancestors
{
    public static List<int> Of(int pid)
    {
        var ancestors = new List<int>();
        while (pid > 1)
        {
            pid = int.Parse(File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ')[1], CultureInfo.InvariantCulture);
            ancestors.Add(pid);
        }

        return ancestors;
    }
}
