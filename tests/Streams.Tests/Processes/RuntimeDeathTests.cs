using Streams.Processes;

namespace Streams.Tests.Processes;

public class RuntimeDeathTests
{
    [Theory]
    [InlineData("Stack overflow.", "   at A()", "a stack overflow")]
    [InlineData("Process terminated. on purpose", "   at A()", "Environment.FailFast")]
    [InlineData("Out of memory.", "", "running out of managed memory")]
    [InlineData("Fatal error.", "System.AccessViolationException: Attempted", "an access violation")]
    [InlineData("Fatal error.", "Internal CLR error.", "a fatal error of the .NET runtime")]
    [InlineData("Unhandled exception. System.OutOfMemoryException: Out", "", "running out of managed memory")]
    [InlineData("Unhandled exception. System.BadImageFormatException: x", "", "a damaged or foreign assembly")]
    [InlineData("Unhandled exception. System.Exception: Out of memory.", "", "an unhandled exception")]
    public void Death_is_found_where_it_begins(string line, string next, string words) =>
        Assert.Equal(new RuntimeDeath(1, words), RuntimeDeath.Find(["before", line, next]));

    [Theory]
    [InlineData("the client said: Out of memory.")]
    [InlineData("caught System.OutOfMemoryException")]
    [InlineData("")]
    public void Words_in_the_middle_of_a_line_are_no_death(string line) => Assert.Null(RuntimeDeath.Find([line]));
}
