using Streams.Results;

namespace Streams.Tests.Results;

public class ResultsRootTests
{
    [Fact]
    public void Root_is_the_first_that_is_named()
    {
        using var directory = new TempDirectory();
        string[] command = ["test", "--results-directory", directory["runner"]];
        Assert.Equal(directory["options"], ResultsRoot.Find(directory["options"], directory["variable"], command, "/").Path);
        Assert.Equal(directory["variable"], ResultsRoot.Find(null, directory["variable"] + "/", command, "/").Path);
        Assert.Equal(directory["runner"], ResultsRoot.Find(null, "", command, "/").Path);
        Assert.Equal(directory["runner"], ResultsRoot.Find(null, null, ["test", $"--results-directory={directory["runner"]}"], "/").Path);
    }

    [Fact]
    public void Without_a_name_it_is_beside_the_nearest_project_or_the_program()
    {
        using var directory = new TempDirectory();
        var binaries = Directory.CreateDirectory(directory["project/bin/Debug/net10.0"]).FullName;
        Assert.Equal(Path.Combine(binaries, "TestResults"), ResultsRoot.Find(null, null, [], binaries).Path);
        File.WriteAllText(directory["project/Some.Tests.csproj"], "<Project/>");
        Assert.Equal(directory["project/TestResults"], ResultsRoot.Find(null, null, [], binaries).Path);
    }

    [Fact]
    public void Root_that_cannot_be_used_is_refused_with_its_name_its_origin_and_the_reason()
    {
        using var directory = new TempDirectory();
        File.WriteAllText(directory["file"], "");
        Refused(directory["file"], "it is a file");
        Refused(directory["file/below"], $"'{directory["file"]}' is a file");
        Refused("/" + string.Join('/', Enumerable.Repeat(new string('d', 200), 20)), "longer than 3195 bytes");
        Refused(directory[new string('n', 300)], "longer than 255 bytes");
        Refused("/proc/streams-test", "");
        Refused("a\0b", "NUL");

        static void Refused(string root, string why)
        {
            var exception = Assert.Throws<StreamsException>(() => ResultsRoot.Find(null, root, [], "/"));
            Assert.Contains(why, exception.Message, StringComparison.Ordinal);
            Assert.Contains("named by STREAMS_RESULTS_DIR", exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\0', exception.Message);
        }
    }
}
