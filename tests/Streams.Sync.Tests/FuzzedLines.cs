using System.Text;

namespace Streams.Sync.Tests;

/// <summary>Lines that are almost right.</summary>
internal static class FuzzedLines
{
    private static readonly string[] Words =
    [
        "HELLO", "ENTER", "GATHER", "LEAVE", "FAIL", "RESET", "PUT", "GET", "PUB", "PULL", "LIST", "WHY", "PING", "PONG", "HELP", "BYE", "enter",
        "1", "2", "0", "60", "0.5", "-1", "999999", "1000000", "x", "y", "*", "%20", "%zz", "%C3%A9", "%FF", "a,b", "a=b", "data=abc", "parties=x,y", "parties=x,x",
        "id=7", "token=0", "manual", "conn=i:1", "conn=", "proc=1:2:3", "", " ", "\t", "é", "\0", "\u007f", "%00", "very-long-" + "name",
    ];

    public static byte[] Next(Random random)
    {
        var line = new StringBuilder();
        for (var words = random.Next(1, 8); words > 0; words--)
            line.Append(Words[random.Next(Words.Length)]).Append(words > 1 ? " " : "");
        var bytes = Encoding.UTF8.GetBytes(line.ToString()).ToList();
        for (var mutations = random.Next(3); mutations > 0 && bytes.Count > 0; mutations--)
        {
            var at = random.Next(bytes.Count);
            if (random.Next(2) == 0)
                bytes[at] = (byte)random.Next(256);
            else
                bytes.Insert(at, (byte)random.Next(256));
        }
        bytes.RemoveAll(value => value == (byte)'\n');
        bytes.Add((byte)'\n');
        return [.. bytes];
    }
}
