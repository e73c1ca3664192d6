namespace Streams.Owner;

/// <summary>The end of the chain: the member and file that made the streams, as the compiler wrote them down.</summary>
internal static class CallingMember
{
    public static OwningTest Find(string member, string file)
    {
        // The file was named on the machine that compiled it, perhaps with the other kind of slash.
        var name = file[(file.LastIndexOfAny(['/', '\\']) + 1)..];
        var dot = name.LastIndexOf('.');
        var className = dot > 0 ? name[..dot] : name;
        var parts = new[] { className, member }.Where(part => part.Length > 0);
        var displayName = string.Join('.', parts);
        return new OwningTest
        {
            Source = OwnerSource.Caller,
            DisplayName = displayName.Length > 0 ? displayName : "streams",
            ClassName = className,
            MethodName = member,
        };
    }
}
