using System.Diagnostics;
using System.Net.Sockets;
using Google.Protobuf;
using Streams.Blocks.Travel;
using Streams.Blocks.Values;
using Streams.Wire;

namespace Streams.Tests.Workers;

/// <summary>A real worker process; the test is its controller.</summary>
internal sealed class TestWorker : IDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private readonly TempDirectory _directory = new();
    private readonly Process _process;
    private readonly Socket _socket;
    private uint _ordinal;

    public TestWorker()
    {
        var path = _directory["s"];
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        _process = Start(path);
        var accepted = listener.AcceptAsync();
        if (!accepted.Wait(TimeSpan.FromSeconds(30)))
            throw new TimeoutException($"the worker did not connect: {File.ReadAllText(OutputPath)}");
        _socket = accepted.Result;
        _socket.ReceiveTimeout = 60_000;
        Channel = new FramedStream(new NetworkStream(_socket));
        Hello = Channel.Read(FromWorker.Parser)!.Hello;
        Channel.Write(new ToWorker { Welcome = new Welcome { Protocol = 1, Stream = "s1" } });
    }

    public FramedStream Channel { get; }

    public Hello Hello { get; }

    public List<FromWorker> Messages { get; } = [];

    public string OutputPath => _directory["output"];

    public string Directory => _directory["block"];

    public int ProcessId => _process.Id;

    public static bool IsTokenOf(Hello hello) => hello.Token == Token;

    public uint Submit(Delegate block, string file = "Caller.cs", int line = 7) =>
        Submit(new BlockSpec { Call = BlockDelegate.Describe(block, file, line) });

    public uint Submit(BlockSpec specification)
    {
        var ordinal = ++_ordinal;
        specification.Id = new BlockId { Run = "r", Collection = "c", Stream = "s1", Ordinal = ordinal };
        specification.Name = $"{ordinal}-Block";
        specification.Host = "here";
        specification.Directory = Directory;
        Channel.Write(new ToWorker { Run = new RunBlock { Spec = specification } });
        return ordinal;
    }

    /// <summary>Reads until the block's final message; null: the worker is gone without it.</summary>
    public BlockFinished? ReadFinished(uint ordinal)
    {
        while (ReadOrNull() is { } message)
        {
            Messages.Add(message);
            if (message.KindCase == FromWorker.KindOneofCase.Finished && message.Finished.Ordinal == ordinal)
                return message.Finished;
        }

        return null;
    }

    public BlockFinished Finish(Delegate block) => ReadFinished(Submit(block)) ?? throw new InvalidOperationException($"no final message: {File.ReadAllText(OutputPath)}");

    public BlockFinished Finish(CommandLine command) => ReadFinished(Submit(new BlockSpec { Command = command })) ?? throw new InvalidOperationException("no final message");

    public T Result<T>(Delegate block)
    {
        var finished = Finish(block);
        Assert.True(finished.Outcome == WireOutcome.OutcomePass, finished.Message + finished.Error?.StackTrace);
        return (T)ValueReader.Read(finished.Value.Memory, typeof(T), ValueUse.Result)!;
    }

    public string OutputOf(BlockFinished finished)
    {
        var from = Messages.First(message => message.Started?.Ordinal == finished.Ordinal).Started.OutputOffset;
        using var file = File.Open(OutputPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = from;
        var bytes = new byte[finished.OutputOffset - from];
        file.ReadExactly(bytes);
        return System.Text.Encoding.UTF8.GetString(bytes);
    }

    public Task ExitedAsync() => _process.WaitForExitAsync();

    public int ExitCode => _process.ExitCode;

    public void Disconnect() => _socket.Shutdown(SocketShutdown.Both);

    public void Dispose()
    {
        Channel.Dispose();
        _socket.Dispose();
        if (!_process.WaitForExit(10_000))
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _directory.Dispose();
    }

    private FromWorker? ReadOrNull()
    {
        try
        {
            return Channel.Read(FromWorker.Parser);
        }
        catch (IOException exception) when (exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return null;
        }
    }

    private Process Start(string socket)
    {
        var here = typeof(TestWorker).Assembly.Location;
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        foreach (var argument in (string[])["-c", "out=$1; shift; exec \"$@\" >>\"$out\" 2>&1", "sh", OutputPath, Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet",
            "exec", "--depsfile", Path.ChangeExtension(here, ".deps.json"), "--runtimeconfig", Path.ChangeExtension(here, ".runtimeconfig.json"),
            typeof(StreamsException).Assembly.Location, "worker", socket, "w1"])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.StandardInput.WriteLine(Token);
        process.StandardInput.Close();
        return process;
    }
}

/// <summary>One worker for the many tests that only need one.</summary>
public sealed class WorkerFixture : IDisposable
{
    private readonly TestWorker _worker = new();

    internal TestWorker Worker => _worker;

    public void Dispose() => _worker.Dispose();
}
