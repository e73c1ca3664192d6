namespace Streams;

/// <summary>
/// Makes a static method known to references, or says how a block type is seen by them. Types that implement
/// <see cref="IBlock"/> are known without it.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, Inherited = false)]
public sealed class StreamBlockAttribute : Attribute
{
    /// <summary>
    /// True: a reference must give the full name (<c>MyTests.NetServer</c> or <c>MyTests!NetServer</c>); no shorter one finds it,
    /// so that a test can keep the parts of its scenario beside itself.
    /// </summary>
    /// <value>False by default.</value>
    public bool Strict { get; set; }
}
