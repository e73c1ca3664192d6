using System.Diagnostics;
using Streams.Processes;

namespace Streams.Tests.Processes;

public class ShellQuotingTests
{
    [Fact]
    public async Task Shell_gives_back_every_argument_as_it_was()
    {
        string[] arguments = ["", "plain", "a b", "it's", "$(id)", "`id`", "-n", "a\nb", "\\", "*", "~", "a=b", "é", "!x", "'", "\"$HOME\"", ";reboot", "{a,b}"];
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("printf '%s\\0' " + ShellQuoting.Join(arguments));
        using var shell = Process.Start(start)!;

        var text = await shell.StandardOutput.ReadToEndAsync().DefaultTimeout();

        Assert.Equal(arguments, text.Split('\0')[..^1]);
    }

    [Fact]
    public void Nul_is_refused() => Assert.Throws<ArgumentException>(() => ShellQuoting.Quote("a\0b"));
}
