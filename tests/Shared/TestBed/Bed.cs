using System.Diagnostics;
using System.Globalization;

namespace Streams.Tests.Shared.TestBed;

/// <summary>
/// Real sshd hosts in namespaces of this machine, for one test process. They end with the process that started them, by
/// whatever means it ends: their init reads a pipe from it. Root needed.
/// </summary>
public sealed class Bed : IAsyncDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private Bed(Process process, string directory)
    {
        _process = process;
        Directory = directory;
        Hosts = [.. File.ReadLines(Path.Combine(directory, "hosts.tsv"))
            .Select(line => line.Split('\t'))
            .Select(words => new BedHost(words[0], words[1], int.Parse(words[2], CultureInfo.InvariantCulture), words[3]))];
    }

    public string Directory { get; }

    public IReadOnlyList<BedHost> Hosts { get; }

    /// <summary>For <c>ssh -F</c>: knows the hosts by name and address, their keys, and our identity.</summary>
    public string SshConfig => Path.Combine(Directory, "ssh_config");

    public string KnownHosts => Path.Combine(Directory, "known_hosts");

    public string Identity => Path.Combine(Directory, "id_ed25519");

    public BedHost this[string kind] => Hosts.First(host => host.Kind == kind);

    /// <summary>Brings up one host of each kind given.</summary>
    public static async Task<Bed> UpAsync(params string[] kinds)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("streams-bed-").FullName;
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "testbed", "bed"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in new[] { directory, string.Join(',', kinds), Hidden(), DotnetDirectory() })
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        if (await process.StandardOutput.ReadLineAsync().DefaultTimeout() != "up")
            throw new InvalidOperationException($"The test bed did not come up: {await errors.DefaultTimeout()}");
        return new Bed(process, directory);
    }

    /// <summary>Runs a line of sh on the host as root, over an ssh connection of its own, and answers what it printed.</summary>
    public async Task<string> ExecAsync(BedHost host, string command)
    {
        var (exitCode, output, errors) = await RunAsync(host, command);
        return exitCode == 0 ? output : throw new InvalidOperationException($"'{command}' on {host.Name} exited {exitCode}: {output}{errors}");
    }

    /// <summary>The same, whatever the exit code.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(BedHost host, string command)
    {
        var start = new ProcessStartInfo("ssh", ["-F", SshConfig, "-T", "-o", "LogLevel=ERROR", "--", host.Name, command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().DefaultTimeout();
        return (process.ExitCode, await output.DefaultTimeout(), await errors.DefaultTimeout());
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(EndLimit);
        _process.Dispose();
    }

    // The checkout, so that a test that leans on a shared file system fails as it should.
    private static string Hidden()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Streams.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? AppContext.BaseDirectory;
    }

    private static string DotnetDirectory() =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
}
