using Streams.Processes;
using Streams.Supervision;

namespace Streams.Workers;

/// <summary>Entry point of Streams.dll as a program. Its way to a running worker touches as little as possible.</summary>
internal static class WorkerProgram
{
    private const int MaxTokenLength = 256;

    private static int Main(string[] args)
    {
        if (args is [SupervisorProgram.Verb, .. var rest])
            return SupervisorProgram.Run(rest, Console.OpenStandardInput(), Console.OpenStandardOutput());
        if (args.Length == 3 && args[0] == "worker")
            return BlockRunner.Run(args[1], args[2], ReadToken());
        Console.Error.WriteLine("Streams.dll is a library for multi-stream tests; it starts itself as 'worker <socket> <worker id>' and 'supervise'. Its command line is the dotnet tool 'streams'.");
        return 64;
    }

    /// <summary>The first line of standard input, read by bytes: nothing behind it is taken.</summary>
    private static string ReadToken()
    {
        Span<char> token = stackalloc char[MaxTokenLength];
        Span<byte> next = stackalloc byte[1];
        var length = 0;
        while (length < token.Length && NativeMethods.Read(0, next) == 1 && next[0] != '\n')
            token[length++] = (char)next[0];
        return new string(token[..length]);
    }
}
