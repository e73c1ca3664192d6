namespace Streams.Tests.Shared;

/// <summary>A private directory of one test, gone afterwards.</summary>
public sealed class TempDirectory : IDisposable
{
    public TempDirectory() => Root = Directory.CreateTempSubdirectory("streams-test-").FullName;

    public string Root { get; }

    public string this[string relative] => System.IO.Path.Combine(Root, relative);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
