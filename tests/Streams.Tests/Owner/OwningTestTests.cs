using Streams.Owner;
using Xunit.Abstractions;

namespace Streams.Tests.Owner;

public class OwningTestTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("db1", 2)]
    [InlineData("web2", 3)]
    public void Output_of_xunit_tells_its_test(string host, int count)
    {
        var test = OwningTest.Find(output.WriteLine, null, "Member", "/src/File.cs");
        Assert.Equal(OwnerSource.XunitV2Output, test.Source);
        Assert.Equal($"{GetType().FullName}.{nameof(Output_of_xunit_tells_its_test)}(host: \"{host}\", count: {count})", test.DisplayName);
        Assert.Equal(GetType().FullName, test.ClassName);
        Assert.Equal(nameof(Output_of_xunit_tells_its_test), test.MethodName);
        Assert.NotEmpty(test.UniqueId);
        Assert.Equal($"OwningTestTests.Output_of_xunit_tells_its_test({host}, {count})", TestName.Shorten(test));
    }

    [Fact]
    public void Output_in_a_lambda_is_found_too()
    {
        Assert.Equal(OwnerSource.XunitV2Output, OwningTest.Find(line => output.WriteLine("> " + line), null, "", "").Source);
        var local = output;
        Assert.Equal(OwnerSource.XunitV2Output, OwningTest.Find(line => local.WriteLine("> " + line), null, "", "").Source);
    }

    [Fact]
    public async Task Without_output_the_test_is_still_found_by_events_or_by_its_attribute()
    {
        await Task.Yield();
        var test = OwningTest.Find(null, null, "Member", "/src/File.cs");
        Assert.Contains(test.Source, new[] { OwnerSource.XunitEvents, OwnerSource.Stack });
        Assert.Equal(nameof(Without_output_the_test_is_still_found_by_events_or_by_its_attribute), test.MethodName);
    }

    [Fact]
    public void Explicit_name_wins_and_the_log_stays()
    {
        var test = OwningTest.Find(output.WriteLine, "my run", "Member", "/src/File.cs");
        Assert.Equal((OwnerSource.Explicit, "my run", "my run"), (test.Source, test.DisplayName, test.UniqueId));
        Assert.NotNull(test.Log);
    }

    [Theory]
    [InlineData("/src/Program.cs", "Main", "Program.Main")]
    [InlineData("C:\\src\\Program.cs", "Main", "Program.Main")]
    [InlineData("", "", "streams")]
    public void Caller_is_the_last_resort(string file, string member, string name) =>
        Assert.Equal(name, CallingMember.Find(member, file).DisplayName);
}
