using System.Diagnostics;

namespace Streams.Sync.Tests;

/// <summary>A real process of a test: lines in, lines out, killed at the end.</summary>
internal sealed class ProcessUnderTest : IAsyncDisposable
{
    private readonly Process _process;

    public ProcessUnderTest(string command, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(command) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
    }

    public static ProcessUnderTest Client(SyncServer server, string party) => new(
        "dotnet",
        [Path.Combine(AppContext.BaseDirectory, "ManualSync.Client.dll"), party],
        ("STREAMS_SYNC", server.Address),
        ("STREAMS_SYNC_TOKEN", server.Token));

    public async Task SayAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line).DefaultTimeout();
        await _process.StandardInput.FlushAsync().DefaultTimeout();
    }

    public Task<string?> HearAsync() => _process.StandardOutput.ReadLineAsync().DefaultTimeout();

    public void CloseInput() => _process.StandardInput.Close();

    public async Task<(int Code, string Output, string Error)> ExitAsync()
    {
        var output = _process.StandardOutput.ReadToEndAsync();
        var error = _process.StandardError.ReadToEndAsync();
        await _process.WaitForExitAsync().DefaultTimeout();
        return (_process.ExitCode, await output.DefaultTimeout(), await error.DefaultTimeout());
    }

    /// <summary>kill -9 of just this process.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync().DefaultTimeout();
        _process.Dispose();
    }
}
