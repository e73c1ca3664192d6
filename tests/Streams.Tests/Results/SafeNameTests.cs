using System.Text;
using Streams.Results;

namespace Streams.Tests.Results;

public class SafeNameTests
{
    [Theory]
    [InlineData("1-NetServer", "1-NetServer")]
    [InlineData("Netperf.Throughput(db1, web2)", "Netperf.Throughput(db1, web2)")]
    [InlineData("-rf", "-rf")]
    [InlineData("$(id)", "$(id)")]
    [InlineData("é 日本 😀", "é 日本 😀")]
    [InlineData("a/../b", "a_.._b")]
    [InlineData("..", "__")]
    [InlineData("", "_")]
    [InlineData(".partial", "_partial")]
    [InlineData("a.", "a_")]
    [InlineData("a ", "a_")]
    [InlineData("a:b\\c?d*e|f<g>h\"i", "a_b_c_d_e_f_g_h_i")]
    [InlineData("CON", "_CON")]
    [InlineData("nul.txt", "_nul.txt")]
    [InlineData("COM1", "_COM1")]
    [InlineData("lpt².log", "_lpt².log")]
    [InlineData("COMMON", "COMMON")]
    [InlineData("a\n\u001b\u202e\u0085\u007f\0b", "a______b")]
    public void Name_is_safe_everywhere(string name, string safe) => Assert.Equal(safe, SafeName.Make(name));

    [Fact]
    public void Half_a_character_is_replaced() => Assert.Equal("lone_", SafeName.Make("lone\ud800"));

    [Fact]
    public void Long_names_are_cut_between_characters_and_stay_distinct()
    {
        var one = SafeName.Make(new string('é', 200) + "1");
        var two = SafeName.Make(new string('é', 200) + "2");
        Assert.NotEqual(one, two);
        Assert.InRange(Encoding.UTF8.GetByteCount(one), 90, 100);
    }

    [Fact]
    public void Names_that_some_file_system_takes_for_the_same_are_told_apart()
    {
        var names = new SafeNames();
        Assert.Equal("Readme", names.Take("Readme"));
        Assert.Equal("README~2", names.Take("README"));
        Assert.Equal("\u00e9", names.Take("\u00e9"));
        Assert.Equal("e\u0301~2", names.Take("e\u0301"));
        Assert.Equal("a_b", names.Take("a/b"));
        Assert.Equal("a_b~2", names.Take("a:b"));
        Assert.Equal(new Dictionary<string, string> { ["README~2"] = "README", ["a_b"] = "a/b", ["a_b~2"] = "a:b", ["e\u0301~2"] = "e\u0301" }, names.Changed());
    }
}
