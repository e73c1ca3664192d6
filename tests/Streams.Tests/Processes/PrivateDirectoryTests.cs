using Streams.Processes;

namespace Streams.Tests.Processes;

public class PrivateDirectoryTests
{
    [Fact]
    public void Directory_is_new_short_and_closed_to_others()
    {
        using var first = PrivateDirectory.Create();
        using var second = PrivateDirectory.Create();

        Assert.NotEqual(first.Root, second.Root);
        Assert.Equal(0x1C0, NativeMethods.Status(first.Root)!.Value.Permissions);
        Assert.True(first["0123456789012345678901234567890123456789"].Length < 108);
    }

    [Fact]
    public void Directory_goes_with_all_that_is_in_it()
    {
        var directory = PrivateDirectory.Create();
        File.WriteAllText(directory["file"], "x");

        directory.Dispose();

        Assert.False(Directory.Exists(directory.Root));
    }

    [Fact]
    public void Link_file_and_open_directory_are_not_trusted()
    {
        using var directory = new TempDirectory();
        Directory.CreateSymbolicLink(directory["link"], directory.Root);
        File.WriteAllText(directory["file"], "x");
        Assert.Equal(0, NativeMethods.MakeDirectory(directory["open"], 0x1C8));

        Assert.Contains("not a directory", Assert.Throws<IOException>(() => PrivateDirectory.Check(directory["link"])).Message);
        Assert.Contains("not a directory", Assert.Throws<IOException>(() => PrivateDirectory.Check(directory["file"])).Message);
        Assert.Contains("mode 710", Assert.Throws<IOException>(() => PrivateDirectory.Check(directory["open"])).Message);
        PrivateDirectory.Check(directory.Root);
    }
}
