using Streams.Processes;

namespace Streams.Tests.Processes;

public class DotnetLaunchTests
{
    [Fact]
    public void Launch_names_the_test_and_not_its_host()
    {
        var launch = DotnetLaunch.Find();

        Assert.Equal("Streams.Tests.deps.json", Path.GetFileName(launch.DepsFile));
        Assert.Equal("Streams.Tests.runtimeconfig.json", Path.GetFileName(launch.RuntimeConfig));
        Assert.Equal("Streams.dll", Path.GetFileName(launch.Program));
        Assert.True(Path.IsPathRooted(launch.Dotnet));
        Assert.Equal(
            [launch.Dotnet, "exec", "--depsfile", launch.DepsFile, "--runtimeconfig", launch.RuntimeConfig, launch.Program, "worker", "x"],
            launch.Command("worker", "x"));
    }
}
