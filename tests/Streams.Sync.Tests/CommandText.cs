using System.Globalization;
using Streams.Sync.Protocol;

namespace Streams.Sync.Tests;

/// <summary>Writes a parsed command as a line again.</summary>
internal static class CommandText
{
    public static string Write(Command command) => command switch
    {
        HelloCommand c => $"HELLO 1 {Word.Encode(c.Party)}{Option("token", c.Token)}{Option("parent", c.Parent)}{Option("collection", c.Collection)}{(c.Instance is null ? "" : $" conn={Word.Encode(c.Instance)}:{c.Connection}")}{Option("proc", c.Process)}{(c.IsManual ? " manual" : "")}{(c.IsConcurrent ? " concurrent" : "")}{(c.BringsOthers ? " others" : "")}",
        EnterCommand c => $"{(c.GatherLength < 0 ? "ENTER" : "GATHER")} {Word.Encode(c.Name)} {c.Count} {Time(c.Timeout)} {Word.Encode(c.Id)}{(c.GatherLength < 0 ? "" : $" {c.GatherLength}")}{(c.Data is null ? "" : $" data={Word.Encode(System.Text.Encoding.UTF8.GetString(c.Data))}")}{(c.Parties is null ? "" : $" parties={string.Join(',', c.Parties.Select(Word.Encode))}")}",
        LeaveCommand { Name: null } => "LEAVE",
        LeaveCommand c => $"LEAVE {Word.Encode(c.Name)} {Word.Encode(c.Id!)}",
        FailCommand c => $"FAIL {(c.Name is null ? "*" : Word.Encode(c.Name))} {Word.Encode(c.Text)}{Option("id", c.Id)}",
        ResetCommand c => $"RESET {Word.Encode(c.Name)}{Option("id", c.Id)}",
        PutCommand c => $"PUT {Word.Encode(c.Key)} {c.Length}",
        GetCommand c => $"GET {Word.Encode(c.Key)} {Time(c.Timeout)} {Word.Encode(c.Id)}",
        PublishCommand c => $"PUB {Word.Encode(c.Topic)} {Word.Encode(c.Id)} {c.Length}",
        PullCommand c => $"PULL {Word.Encode(c.Topic)} {c.Offset} {Time(c.Timeout)} {Word.Encode(c.Id)}",
        PingCommand c => $"PING {Word.Encode(c.Word)}",
        PongCommand c => $"PONG {Word.Encode(c.Word)}",
        WhyCommand c => $"WHY {Word.Encode(c.Name)}",
        ListCommand => "LIST",
        HelpCommand => "HELP",
        ByeCommand => "BYE",
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, null),
    };

    private static string Option(string key, string? value) => value is null ? "" : $" {key}={Word.Encode(value)}";

    private static string Time(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
