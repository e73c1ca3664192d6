using System.Globalization;
using System.Text;
using Streams.Processes;
using Streams.Sync.Protocol;

namespace Streams.Sync.State;

/// <summary>Puts the state of a wait into words: who is here, who is missing, and what those are doing instead.</summary>
internal static class WaitReport
{
    private const int NamesInReply = 8;
    private const int NamesInList = 1000;
    private const int LongestOutput = 160;

    public static string TimedOut(SyncMachine machine, Round round) =>
        Broken(machine, round, Invariant($"not everybody came within {Seconds(machine.Now - round.Members.Min(member => member.At))}"));

    /// <summary>The report that goes with a broken round: what happened, then the parties.</summary>
    public static string Broken(SyncMachine machine, Round round, string what)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Barrier '{round.Barrier.Name}' (round {round.Number}) broke with {round.Arrived} of {round.Need} parties: {what}.");
        AppendParties(text, machine, round, NamesInReply);
        return text.ToString();
    }

    public static string Doomed(SyncMachine machine, Round round, string what, string? deadlock)
    {
        var report = Broken(machine, round, deadlock is null ? what : $"{what}; those who live wait for one another");
        return deadlock is null ? report : $"{report}\n{deadlock}";
    }

    public static string Disagreement(SyncMachine machine, Round round, Arrival other)
    {
        var first = round.Members[0];
        return Broken(machine, round, Invariant($"parties disagree: {Describe(first.Party)} asked for {Asked(first)}, {Describe(other.Party)} for {Asked(other)}"));
    }

    public static string NoValue(SyncMachine machine, DataWait wait, string what)
    {
        var kind = wait.Offset < 0 ? "Value" : "Topic";
        var text = new StringBuilder($"{kind} '{wait.Name}': {what}.");
        var names = wait.Offset < 0 ? machine.Values.Where(value => value.Value.Value is not null).Select(value => value.Key) : machine.Topics.Where(topic => topic.Value.Items.Count > 0).Select(topic => topic.Key);
        AppendSuggestion(text, wait.Name, names);
        return text.ToString();
    }

    /// <summary>Who waits for what, one line a wait.</summary>
    public static string Graph(SyncMachine machine, List<IWait> waits, List<Party> heldUp)
    {
        var text = new StringBuilder("  nobody can move:");
        foreach (var wait in waits.Take(NamesInReply))
            text.Append('\n').Append("    ").Append(Graph(machine, wait));
        AppendMore(text, waits.Count);
        foreach (var party in heldUp.Take(NamesInReply))
            text.Append(CultureInfo.InvariantCulture, $"\n    {Describe(party)} begins only after {machine.Predecessor(party)!.Name} has ended");
        AppendMore(text, heldUp.Count);
        return text.ToString();
    }

    public static IEnumerable<string> Why(SyncMachine machine, string name)
    {
        var text = new StringBuilder();
        if (!machine.Barriers.TryGetValue(name, out var barrier))
        {
            text.Append(CultureInfo.InvariantCulture, $"Barrier '{name}': nobody has named it.");
            AppendSuggestion(text, name, machine.Barriers.Keys);
        }
        else if (barrier.Undecided.FirstOrDefault() is { } round)
        {
            text.Append(CultureInfo.InvariantCulture, $"Barrier '{name}' (round {round.Number}) waits since {Seconds(machine.Now - round.OpenedAt)}: {round.Arrived} of {round.Need} parties are here.");
            AppendParties(text, machine, round, NamesInList);
            if (round.Doubtful is { Count: > 0 } doubtful)
                text.Append("\n  complete, but waits for a sign of life of: ").AppendJoin(", ", doubtful.Select(party => party.Name).Order(StringComparer.Ordinal).Take(NamesInReply));
        }
        else if (barrier.Broken is { Breakage: { } breakage })
        {
            text.Append(breakage.Report).Append("\n  it stays broken until RESET");
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"Barrier '{name}': nobody waits; {barrier.Rounds} rounds so far");
            if (barrier.PassedAt is { } at)
                text.Append(CultureInfo.InvariantCulture, $", the last one passed {Seconds(machine.Now - at)} ago");
            text.Append('.');
        }
        if (barrier?.Note is { } note)
            text.Append("\n  noted: ").Append(note);
        return Clean(text.ToString()).Split('\n');
    }

    public static IEnumerable<SyncWait> Waits(SyncMachine machine)
    {
        foreach (var wait in machine.Parties.Values.SelectMany(party => party.Waits))
        {
            var what = wait is Arrival arrival
                ? Invariant($"at '{wait.Name}' for {Expected(machine, arrival.Round)}")
                : Invariant($"for {(((DataWait)wait).Offset < 0 ? "value" : "topic")} '{wait.Name}'");
            yield return new SyncWait(wait.Party.Name, Clean(what), machine.Now - wait.At);
        }
    }

    public static IEnumerable<string> List(SyncMachine machine)
    {
        yield return Invariant($"the collection is {(machine.IsSealed ? "sealed" : "open")}; {machine.LiveParties} parties live");
        if (machine.Failure is { } failure)
            yield return Clean(Invariant($"first failure, {Seconds(machine.Now - failure.At)} ago: {failure.Party} {failure.Reason}"));
        foreach (var barrier in machine.Barriers.Values.OrderBy(barrier => barrier.Name, StringComparer.Ordinal))
            yield return Clean($"barrier {barrier.Name}: {State(machine, barrier)}{(barrier.Note is { } note ? $"; noted: {note}" : "")}");
        foreach (var (key, value) in machine.Values.OrderBy(value => value.Key, StringComparer.Ordinal))
            yield return Clean(value.Value is { } bytes ? Invariant($"value {key}: {bytes.Length} bytes, put by {value.By}") : Invariant($"value {key}: not put, {value.Readers.Count} waiting"));
        foreach (var (name, topic) in machine.Topics.OrderBy(topic => topic.Key, StringComparer.Ordinal))
            yield return Clean(Invariant($"topic {name}: {topic.Items.Count} items, {topic.Readers.Count} waiting"));
        foreach (var party in machine.Parties.Values.OrderBy(party => party.Name, StringComparer.Ordinal).Take(NamesInList))
            yield return Clean($"party {Status(machine, party)}");
    }

    public static string Ending(SyncPartyEnd end) =>
        end.Reason is { } reason ? (end.Outcome is "LEFT" ? reason : $"ended {end.Outcome}: {reason}") : $"ended {end.Outcome}";

    public static string Describe(Party party) => party.Declared?.Host is { } host ? $"{party.Name} ({host})" : party.Name;

    public static string Seconds(TimeSpan time) => Invariant($"{time.TotalSeconds:0.0##} s");

    /// <summary>
    /// A name that differs only in case or punctuation, or by a slip of the finger, from one that is in use.
    /// </summary>
    public static string? Nearest(string name, IEnumerable<string> others) =>
        others.Where(other => other != name).FirstOrDefault(other => Fold(other) == Fold(name) || name.Length >= 4 && Math.Abs(other.Length - name.Length) <= 1 && IsOneSlip(name, other));

    private static void AppendParties(StringBuilder text, SyncMachine machine, Round round, int limit)
    {
        foreach (var member in round.Members.Take(limit))
            text.Append(CultureInfo.InvariantCulture, $"\n  here: {Describe(member.Party)} since {Seconds(machine.Now - member.At)}{Presence(machine, member.Party)}");
        AppendMore(text, round.Members.Count, limit);
        var missing = Missing(machine, round, limit + 1, out var total);
        var count = round.Need - round.Arrived;
        var label = round.Listed is not null || total <= count ? "missing" : $"missing {count} of these {total}";
        foreach (var line in missing.Take(limit))
            text.Append(CultureInfo.InvariantCulture, $"\n  {label}: {line}");
        AppendMore(text, total, limit);
        if (total == 0 && count > 0)
            text.Append(CultureInfo.InvariantCulture, $"\n  missing: {count}, and no other party is known");
        AppendSuggestion(text, round.Barrier.Name, machine.Undecided.Select(other => other.Barrier.Name));
    }

    private static List<string> Missing(SyncMachine machine, Round round, int limit, out int total)
    {
        var members = round.Members.Select(member => member.Party).ToHashSet();
        if (round.Listed is { } listed)
        {
            var absent = listed.Where(name => !members.Any(member => member.Name == name)).ToList();
            total = absent.Count;
            return [.. absent.Take(limit).Select(name => machine.Parties.TryGetValue(name, out var party) ? Status(machine, party) : $"{name}, of whom nothing was ever heard{NearestParty(machine, name)}")];
        }
        // In a long run the parties that are gone are many: they are counted, but only those that are named are sorted.
        var others = machine.Parties.Values.Where(party => (party.IsLive || party.End is not null || party.HasEntered) && !members.Contains(party));
        total = others.Count();
        return [.. others.OrderByDescending(party => party.IsLive).ThenBy(party => party.Name, StringComparer.Ordinal).Take(limit).Select(party => Status(machine, party))];
    }

    /// <summary>Whom a round waits for: by name where that is certain or the candidates are few.</summary>
    private static string Expected(SyncMachine machine, Round round)
    {
        const int Few = 3;
        var count = round.Need - round.Arrived;
        if (count <= 0)
            return "a sign of life of those that are here";
        var members = round.Members.Select(member => member.Party).ToHashSet();
        var candidates = round.Listed is { } listed
            ? [.. listed.Where(name => !members.Any(member => member.Name == name))]
            : machine.Parties.Values.Where(party => party.IsLive && !members.Contains(party)).OrderBy(party => party.Name, StringComparer.Ordinal)
                .Take(Few + 1).Select(party => $"{Describe(party)}{HeldUp(machine, party)}").ToList();
        if (candidates.Count > Few || candidates.Count == 0)
            return Invariant($"{count} more");
        return candidates.Count <= count ? string.Join(", ", candidates) : Invariant($"{count} of {string.Join(", ", candidates)}");
    }

    /// <summary>That a party cannot even begin yet, and why.</summary>
    private static string HeldUp(SyncMachine machine, Party party) =>
        machine.Predecessor(party) is { } before ? $", which begins only after {before.Name} has ended" : "";

    private static string NearestParty(SyncMachine machine, string name) =>
        Nearest(name, machine.Parties.Keys) is { } near ? $" (is '{near}' meant?)" : "";

    private static string Status(SyncMachine machine, Party party)
    {
        var text = new StringBuilder(Describe(party));
        if (party.End is { } end)
            text.Append(CultureInfo.InvariantCulture, $", {Ending(end)} {Seconds(machine.Now - party.EndedAt)} ago");
        else if (!party.IsLive)
            text.Append(", gone");
        else if (party.Declared is { } declared)
            text.Append(CultureInfo.InvariantCulture, $", {(declared.Block is { } block ? $"block {block} " : "")}{declared.State ?? "alive"}");
        if (party.End is null)
            text.Append(HeldUp(machine, party));
        text.Append(Presence(machine, party));
        if (party.Waits.Count > 0)
            text.Append(", waits at ").AppendJoin(", ", party.Waits.Take(NamesInReply).Select(wait => $"'{wait.Name}'"));
        if (party.Signs?.Last is { } sign)
            text.Append(CultureInfo.InvariantCulture, $", last output {Seconds(machine.Now - sign.At)} ago{(sign.Line is { } line ? $": {Shorten(line)}" : "")}");
        return text.ToString();
    }

    private static string Presence(SyncMachine machine, Party party) => party switch
    {
        { Session: null, Due: var due } when due != TimeSpan.MaxValue => Invariant($", connection lost, may come back for {Seconds(due - machine.Now)}"),
        { IsManual: true } => ", by hand",
        _ => "",
    };

    private static string State(SyncMachine machine, Barrier barrier)
    {
        if (barrier.Undecided.FirstOrDefault() is { } round)
            return Invariant($"round {round.Number}, {round.Arrived} of {round.Need} since {Seconds(machine.Now - round.OpenedAt)}");
        return barrier.Broken is { Breakage: { } breakage } broken
            ? Invariant($"round {broken.Number} broke ({CauseWord.Of(breakage.Cause)}{(breakage.By is { } by ? $" by {by}" : "")}), {broken.Arrived} of {broken.Need}")
            : Invariant($"idle, {barrier.Rounds} rounds");
    }

    private static string Graph(SyncMachine machine, IWait wait) => wait is Arrival { Round: var round }
        ? Invariant($"{Describe(wait.Party)} waits at '{wait.Name}' since {Seconds(machine.Now - wait.At)} for {round.Need - round.Arrived} more")
        : Invariant($"{Describe(wait.Party)} waits for {(((DataWait)wait).Offset < 0 ? "value" : "topic")} '{wait.Name}' since {Seconds(machine.Now - wait.At)}");

    private static string Asked(Arrival arrival) =>
        arrival.Parties is { } parties ? $"{arrival.Count} ({string.Join(", ", parties.Take(NamesInReply))}{(parties.Count > NamesInReply ? ", …" : "")})" : Invariant($"{arrival.Count}");

    private static void AppendMore(StringBuilder text, int total, int limit = NamesInReply)
    {
        if (total > limit)
            text.Append(CultureInfo.InvariantCulture, $"\n  and {total - limit} more");
    }

    private static void AppendSuggestion(StringBuilder text, string name, IEnumerable<string> others)
    {
        if (Nearest(name, others) is { } near)
            text.Append(CultureInfo.InvariantCulture, $"\n  somebody named '{near}': was the same meant?");
    }

    private static string Fold(string name) => new([.. name.Where(char.IsLetterOrDigit).Select(char.ToUpperInvariant)]);

    /// <summary>One letter changed, left out, added, or two neighbours swapped; digits told apart, for names are numbered.</summary>
    private static bool IsOneSlip(string one, string other)
    {
        if (one.Length > other.Length)
            (one, other) = (other, one);
        var start = 0;
        while (start < one.Length && one[start] == other[start])
            start++;
        var end = 0;
        while (end < one.Length - start && one[^(end + 1)] == other[^(end + 1)])
            end++;
        var (left, right) = (one[start..^end], other[start..^end]);
        if (left.Any(char.IsDigit) || right.Any(char.IsDigit))
            return false;
        return left.Length <= 1 && right.Length <= 1
            || left.Length == 2 && right.Length == 2 && left[0] == right[1] && left[1] == right[0];
    }

    private static string Shorten(string line)
    {
        var clean = Clean(line);
        return clean.Length <= LongestOutput ? clean : string.Concat(clean.AsSpan(0, LongestOutput), "…");
    }

    /// <summary>What a party wrote may end on a terminal, or in the log of a CI system.</summary>
    private static string Clean(string text) => PrintableText.Clean(text);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
