using System.Text;

namespace Streams;

/// <summary>Which variables a stream's blocks can be given at all: what a program cannot be started with is refused before anything is.</summary>
internal static class StreamEnvironment
{
    /// <summary>What Linux lets one environment variable be long, name and value together.</summary>
    private const int LongestVariable = 128 * 1024 - 1;

    /// <summary>Arguments and environment share 2 MiB as a rule; the worker's own environment and the arguments need their part.</summary>
    private const int Largest = 1024 * 1024;

    public static void Check(IReadOnlyDictionary<string, string> variables, string parameter)
    {
        var total = 0L;
        foreach (var (name, value) in variables)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAny('=', '\0'))
                throw new ArgumentException($"'{name.Replace("\0", "\\0", StringComparison.Ordinal)}' cannot be the name of an environment variable: it is empty, or has a '=' or NUL.", parameter);
            if (value.Contains('\0', StringComparison.Ordinal))
                throw new ArgumentException($"The value of environment variable '{name}' has a NUL, which no program could see.", parameter);
            var size = Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value) + 2;
            if (size > LongestVariable)
                throw new ArgumentException($"Environment variable '{name}' has {size:N0} bytes; Linux starts no program with one of more than {LongestVariable:N0} (E2BIG). Put the value into a file.", parameter);
            total += size;
        }

        if (total > Largest)
            throw new ArgumentException($"The environment has {total:N0} bytes; of the 2 MiB that Linux gives a program for arguments and environment together a stream may add {Largest:N0} (beyond them: E2BIG). Put large values into files.", parameter);
    }
}
