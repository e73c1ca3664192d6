using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Streams.Results;

/// <summary>
/// The files of a block on another host. Names are judged at once, on the receiver's thread, so that a hostile one ends the
/// connection; bytes go to <c>.partial/</c> on the writer's thread, and into their place (<c>data/</c>) when their digest fits. Links are
/// neither made nor followed.
/// </summary>
internal sealed class IncomingFiles(string target, string partial, RecordHealth health, bool portable) : IDisposable
{
    public const int MostFiles = 10_000;
    public const long MostBytes = 1L << 30;

    /// <summary>For the block's own files.</summary>
    public IncomingFiles(BlockDirectory directory, RecordHealth health, bool portable)
        : this(directory.Data, directory.Partial, health, portable)
    {
    }

    // Used on the receiver's thread only: files by original name, and every path given out, as file or directory.
    private readonly Dictionary<string, IncomingFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _isDirectory = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _changed = new(StringComparer.Ordinal);
    private long _bytes;

    // Used on the writer's thread only: at most one file is coming in at a time, save after a reconnect.
    private readonly Dictionary<int, (FileStream File, IncrementalHash Hash)> _open = [];

    /// <summary>Judges one chunk.</summary>
    /// <returns>The file it belongs to, and why it is not kept; null: it is.</returns>
    /// <exception cref="HostileNameException">An honest agent sends no such thing.</exception>
    public (IncomingFile File, string? Refused) Accept(ReadOnlySpan<byte> name, long offset, int length, bool last)
    {
        var key = Convert.ToHexString(name);
        if (!_files.TryGetValue(key, out var file))
        {
            var components = IncomingName.Parse(name, portable);
            if (components.Length > IncomingName.MostDepth)
                return (new IncomingFile(0, "", name.ToArray()), $"it lies deeper than {IncomingName.MostDepth} directories");
            if (_files.Count >= MostFiles)
                return (new IncomingFile(0, "", name.ToArray()), $"the block has more than {MostFiles} files");
            file = new IncomingFile(_files.Count + 1, Place(components, name), name.ToArray());
            _files.Add(key, file);
        }

        if (file.Complete)
            throw new HostileNameException($"The host sent the file '{IncomingName.Show(name)}' twice. The first was kept; the host is not to be trusted.");
        if (offset != file.Announced)
            throw new HostileNameException($"The host sent '{IncomingName.Show(name)}' from byte {offset}, but byte {file.Announced} is next. The host is not to be trusted.");
        file.Announced += length;
        file.Complete = last;
        _bytes += length;
        return (file, _bytes > MostBytes ? $"the block's files pass {MostBytes >> 20} MiB" : null);
    }

    /// <summary>Names that could not be used as they are on the host; bytes that are no text in hex. Null if there is none.</summary>
    public byte[]? ChangedNames() => _changed.Count == 0 ? null : JsonSerializer.SerializeToUtf8Bytes(_changed, ResultsJson.Indented);

    /// <summary>Writes one chunk. Answers what is wrong with the whole file, when it is whole; null: nothing.</summary>
    public string? Write(IncomingFile file, byte[] data, bool last, byte[] digest)
    {
        if (file.Failed)
            return last ? "it could not be written here" : null;
        string? wrong = null;
        var written = health.Try(Path.Combine(target, file.Relative), () =>
        {
            var (stream, hash) = Open(file);
            stream.Write(data);
            hash.AppendData(data);
            if (last)
                wrong = Finish(file, digest);
        });
        if (!written)
            Abandon(file);
        return written || !last ? wrong : "it could not be written here";
    }

    public void Abandon(IncomingFile file)
    {
        file.Failed = true;
        if (_open.Remove(file.Number, out var open))
        {
            open.Hash.Dispose();
            open.File.Dispose();
            health.Try(open.File.Name, () => File.Delete(open.File.Name));
        }
    }

    /// <summary>Removes what did not become whole.</summary>
    public void Dispose()
    {
        foreach (var file in _files.Values)
            Abandon(file);
        if (Directory.Exists(partial))
            health.Try(partial, () => Directory.Delete(partial, recursive: true));
    }

    private (FileStream File, IncrementalHash Hash) Open(IncomingFile file)
    {
        if (_open.TryGetValue(file.Number, out var open))
            return open;
        if (_open.Count > 100)
            throw new IOException("too many files are coming in at once");
        Directory.CreateDirectory(partial);
        var path = Path.Combine(partial, file.Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        open = (new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read), IncrementalHash.CreateHash(HashAlgorithmName.SHA256));
        return _open[file.Number] = open;
    }

    private string? Finish(IncomingFile file, byte[] digest)
    {
        var (stream, hash) = _open[file.Number];
        var fits = CryptographicOperations.FixedTimeEquals(hash.GetHashAndReset(), digest);
        if (!fits)
        {
            Abandon(file);
            return "its content does not have the digest that the host gave";
        }

        _open.Remove(file.Number);
        hash.Dispose();
        stream.Dispose();
        var place = Path.Combine(target, file.Relative);
        MakeDirectories(file.Relative);
        File.Move(stream.Name, place, overwrite: false);
        return null;
    }

    // One by one, so that a link which someone put in the way is seen.
    private void MakeDirectories(string relative)
    {
        var path = target;
        Directory.CreateDirectory(path);
        foreach (var part in relative.Split('/')[..^1])
        {
            path = Path.Combine(path, part);
            if (new DirectoryInfo(path).LinkTarget is not null)
                throw new IOException($"'{path}' is a link, and links are not followed");
            Directory.CreateDirectory(path);
        }
    }

    // Where two names of the host become one here (not UTF-8, or not told apart by Windows), the later gets a number.
    private string Place(string[] components, ReadOnlySpan<byte> original)
    {
        for (var depth = 1; depth < components.Length; depth++)
        {
            if (!_isDirectory.TryAdd(Key(components[..depth]), true) && !_isDirectory[Key(components[..depth])])
                throw new HostileNameException($"The host sent '{IncomingName.Show(original)}' below a file. The host is not to be trusted.");
        }

        var last = components[^1];
        for (var n = 2; !_isDirectory.TryAdd(Key(components), false); n++)
        {
            if (_isDirectory[Key(components)] && !portable)
                throw new HostileNameException($"The host sent a file and a directory, both named '{IncomingName.Show(original)}'. The host is not to be trusted.");
            components[^1] = $"{last}~{n}";
        }

        var relative = string.Join('/', components);
        if (!Encoding.UTF8.GetBytes(relative).AsSpan().SequenceEqual(original))
            _changed[relative] = OriginalText(original);
        return relative;
    }

    private string Key(string[] components)
    {
        var path = string.Join('/', components);
        return portable ? SafeName.Fold(path) : path;
    }

    private static string OriginalText(ReadOnlySpan<byte> original)
    {
        var text = Encoding.UTF8.GetString(original);
        return Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(original) ? text : "hex:" + Convert.ToHexStringLower(original);
    }
}
