using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Bootstrap;

/// <summary>The test bed itself: hosts are apart from this machine and from each other, and end with their pipe.</summary>
public sealed class BedTests
{
    [NeedsFact(SshHosts.Needed)]
    public async Task Hosts_are_apart_and_gone_afterwards()
    {
        string directory;
        await using (var bed = await Bed.UpAsync("dotnet", "nodotnet"))
        {
            directory = bed.Directory;
            foreach (var host in bed.Hosts)
            {
                await bed.ExecAsync(host, "echo mine > /tmp/file; echo mine > ~/file");
                Assert.Equal(host.Name, (await bed.ExecAsync(host, "hostname")).Trim());
                Assert.Equal("1", (await bed.ExecAsync(host, "pgrep -xo sshd")).Trim());
                Assert.NotEqual(0, (await bed.RunAsync(host, $"ls '{AppContext.BaseDirectory}'")).ExitCode);
            }

            Assert.Equal(0, (await bed.RunAsync(bed["dotnet"], "$DOTNET_ROOT/dotnet --list-runtimes")).ExitCode);
            Assert.NotEqual(0, (await bed.RunAsync(bed["nodotnet"], "ls /usr/share/dotnet/dotnet || dotnet --version")).ExitCode);
        }

        Assert.False(Directory.Exists(directory));
        Assert.DoesNotContain(
            Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])).Select(CommandLine),
            line => line.Contains(directory, StringComparison.Ordinal));
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // It ended while we looked.
        }
    }
}
