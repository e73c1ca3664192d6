namespace Streams.FunctionalTests.Packages;

/// <summary>The tool as somebody installs it.</summary>
[Collection(PackagesCollection.Name)]
public sealed class ToolPackageTests(PackageFeed feed) : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Tool_installs_and_runs_by_its_name()
    {
        // Its own unpacked packages and tool store: nothing of this build stays on the machine.
        var environment = new Dictionary<string, string> { ["NUGET_PACKAGES"] = _directory["packages"], ["DOTNET_CLI_HOME"] = _directory["home"], ["DOTNET_NOLOGO"] = "1" };
        (await Dotnet.RunAsync(_directory.Root, environment, "tool", "install", PackageFeed.Tool, "--version", feed.Version, "--tool-path", _directory["tools"], "--source", feed.Folder)).Succeeded();

        using var tool = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(_directory["tools/streams"], ["doctor", "local"])
        {
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")) },
        })!;
        var said = await tool.StandardOutput.ReadToEndAsync().DefaultTimeout();
        await tool.WaitForExitAsync().DefaultTimeout();

        Assert.Equal(0, tool.ExitCode);
        Assert.Contains("this machine", said, StringComparison.Ordinal);
    }
}
