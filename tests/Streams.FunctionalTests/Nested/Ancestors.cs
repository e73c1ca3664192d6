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

    /// <summary>Whether it runs: what has ended and is about to be reaped does not.</summary>
    public static bool IsAlive(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
