namespace Streams.Hosts;

/// <summary>The file that one ssh process logs to.</summary>
internal sealed class SshLog : IDisposable
{
    private const int MaxRead = 1024 * 1024;

    private readonly string? _ownDirectory;

    private SshLog(string path, string? ownDirectory)
    {
        Path = path;
        _ownDirectory = ownDirectory;
    }

    public string Path { get; }

    /// <summary>A log in the directory, which is made if needed, or in a private one that goes with the log.</summary>
    public static SshLog Create(string? directory)
    {
        if (directory is null)
        {
            var own = Directory.CreateTempSubdirectory("streams-ssh-").FullName;
            return new SshLog(System.IO.Path.Combine(own, "ssh.log"), own);
        }

        Directory.CreateDirectory(directory);
        return new SshLog(System.IO.Path.Combine(directory, $"ssh-{Guid.NewGuid():n}.log"), null);
    }

    /// <summary>The log so far; its end if it is unreasonably long. Empty if ssh has not come to writing one.</summary>
    public string Read()
    {
        try
        {
            using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > MaxRead)
                file.Seek(-MaxRead, SeekOrigin.End);
            using var reader = new StreamReader(file);
            return reader.ReadToEnd();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
    }

    public void Dispose()
    {
        if (_ownDirectory is not null && Directory.Exists(_ownDirectory))
            Directory.Delete(_ownDirectory, recursive: true);
    }
}
