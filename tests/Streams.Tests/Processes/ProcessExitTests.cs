using Streams.Processes;

namespace Streams.Tests.Processes;

public class ProcessExitTests
{
    [Theory]
    [InlineData(0x0000, "exited with code 0")]
    [InlineData(0x0300, "exited with code 3")]
    [InlineData(0x000b, "was ended by SIGSEGV (segmentation fault)")]
    [InlineData(0x008b, "was ended by SIGSEGV (segmentation fault)")] // with a core dump
    [InlineData(0x0009, "was ended by SIGKILL (kill -9)")]
    [InlineData(0x0028, "was ended by signal 40")]
    [InlineData(0x8d00, "exited with code 141, as a shell reports SIGPIPE (broken pipe)")]
    [InlineData(0xff00, "exited with code 255")]
    public void Wait_status_is_put_in_words(int status, string words) => Assert.Equal(words, ProcessExit.FromWaitStatus(status).Describe());

    [Theory]
    [InlineData("Stack overflow.\n   at A.B()", "was ended by a stack overflow (exit code 134)")]
    [InlineData("Process terminated. on purpose", "was ended by Environment.FailFast (exit code 134)")]
    [InlineData("Unhandled exception. System.InvalidOperationException: x", "was ended by an unhandled exception (exit code 134)")]
    [InlineData("Unhandled exception. System.BadImageFormatException: x", "was ended by a damaged or foreign assembly (exit code 134)")]
    [InlineData("", "exited with code 134, as a shell reports SIGABRT (abort)")]
    public void Abort_is_named_by_what_the_runtime_said(string standardError, string words) =>
        Assert.Equal(words, new ProcessExit(134, 0).Describe(standardError));
}
