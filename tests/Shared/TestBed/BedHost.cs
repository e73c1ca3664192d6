namespace Streams.Tests.Shared.TestBed;

/// <summary>One host of a test bed.</summary>
/// <param name="Name">Its name in the bed's ssh configuration: h1, h2, ...</param>
/// <param name="Address">Its address.</param>
/// <param name="Port">Its sshd's port.</param>
/// <param name="Kind">"dotnet", "nodotnet", "libc" or "busybox".</param>
public sealed record BedHost(string Name, string Address, int Port, string Kind)
{
    /// <summary>The host as a stream's place, independent of the ssh configuration's aliases.</summary>
    public string Place => $"root@{Address}:{Port}";
}
