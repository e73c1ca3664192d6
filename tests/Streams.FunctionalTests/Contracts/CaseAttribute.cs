namespace Streams.FunctionalTests.Contracts;

/// <summary>Marks a method of <see cref="StreamContract"/> as one case, and says which kinds of stream it is for.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CaseAttribute(Capabilities needs = Capabilities.None) : Attribute
{
    /// <summary>Only for kinds that can do all of this.</summary>
    public Capabilities Needs => needs;

    /// <summary>Only for kinds that can do nothing of this: what they say instead.</summary>
    public Capabilities Without { get; init; }
}
