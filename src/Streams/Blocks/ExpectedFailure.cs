using System.Text;
using System.Text.RegularExpressions;

namespace Streams;

/// <summary>
/// The failure that a block is to have. If it happens the block has passed, shown as <c>XFAIL</c>; if the block passes instead, it
/// has failed; another failure stays one.
/// </summary>
/// <remarks>
/// What the library itself could not do, such as to reach the host, is never the expected failure.
/// </remarks>
public sealed record ExpectedFailure
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    /// <summary>How the block is to end.</summary>
    /// <value><see cref="BlockOutcome.Fail"/> by default; <see cref="BlockOutcome.Interrupt"/> for its time limit, <see cref="BlockOutcome.Error"/> for a crash.</value>
    /// <exception cref="ArgumentOutOfRangeException">No failure.</exception>
    public BlockOutcome Outcome
    {
        get;
        init => field = value is BlockOutcome.Fail or BlockOutcome.Interrupt or BlockOutcome.Error
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Outcome), value, "A failure is Fail, Interrupt or Error.");
    }
    = BlockOutcome.Fail;

    /// <summary>The part in which it is to fail.</summary>
    /// <value>Any by default.</value>
    public BlockPart? Part { get; init; }

    /// <summary>Full name of the exception's type, as in <see cref="BlockError.Type"/>; an inner exception may have it, too.</summary>
    /// <value>Any by default.</value>
    public string? ErrorType { get; init; }

    /// <summary>A regular expression that must match somewhere in the failure's message or in the last lines that it printed.</summary>
    /// <value>Any message by default.</value>
    /// <exception cref="ArgumentException">Not a regular expression.</exception>
    public string? MessagePattern
    {
        get;
        init
        {
            if (value is not null)
                _ = new Regex(value, RegexOptions.None, MatchLimit);
            field = value;
        }
    }

    /// <summary>A failure by this exception.</summary>
    /// <typeparam name="TException">Exactly this type.</typeparam>
    /// <param name="messagePattern">As <see cref="MessagePattern"/>.</param>
    public static ExpectedFailure Of<TException>(string? messagePattern = null)
        where TException : Exception => new() { ErrorType = typeof(TException).FullName, MessagePattern = messagePattern };

    /// <summary>The failure in words: "to fail in its set-up with a message like /refused/".</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Outcome switch { BlockOutcome.Interrupt => "to run into its time limit", BlockOutcome.Error => "to crash", _ => "to fail" });
        if (Part is { } part)
            text.Append(" in its ").Append(Blocks.Parts.BlockParts.InWords(part));
        if (ErrorType is not null)
            text.Append(" by ").Append(ErrorType);
        if (MessagePattern is not null)
            text.Append(" with a message like /").Append(MessagePattern).Append('/');
        return text.ToString();
    }

    internal bool Matches(string text)
    {
        try
        {
            return MessagePattern is null || Regex.IsMatch(text, MessagePattern, RegexOptions.None, MatchLimit);
        }
        catch (RegexMatchTimeoutException)
        {
            // A pattern that takes for ever has not been seen to match.
            return false;
        }
    }
}
