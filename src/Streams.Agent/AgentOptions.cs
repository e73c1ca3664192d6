namespace Streams.Agent;

/// <summary>The agent's command line.</summary>
internal sealed record AgentOptions
{
    public const string Usage = "usage: serve --dotnet PATH --program DIRECTORY [--entry NAME] [--dial FILE] | dial DIRECTORY MARK";

    public required string Dotnet { get; init; }

    public required ProgramTree Program { get; init; }

    /// <summary>Where a line of sh is to be left that joins a new connection to this agent; null: nowhere.</summary>
    public string? DialScript { get; init; }

    public static AgentOptions Parse(ReadOnlySpan<string> arguments)
    {
        string? dotnet = null, program = null, entry = null, dial = null;
        for (; arguments.Length >= 2; arguments = arguments[2..])
        {
            switch (arguments[0])
            {
                case "--dotnet": dotnet = arguments[1]; break;
                case "--program": program = arguments[1]; break;
                case "--entry": entry = arguments[1]; break;
                case "--dial": dial = arguments[1]; break;
                default: throw new ArgumentException($"unknown option {arguments[0]}; {Usage}");
            }
        }

        if (arguments.Length > 0 || dotnet is null || program is null)
            throw new ArgumentException(Usage);
        return new AgentOptions { Dotnet = Path.GetFullPath(dotnet), Program = ProgramTree.Find(Path.GetFullPath(program), entry), DialScript = dial };
    }
}
