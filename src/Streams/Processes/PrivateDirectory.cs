using System.Runtime.InteropServices;

namespace Streams.Processes;

/// <summary>
/// A new directory that only this user can look into, with a path short enough for sockets. It is never one that was
/// there before: .NET's own call takes over what another user has made first, and keeps that user's mode.
/// </summary>
internal sealed class PrivateDirectory : IDisposable
{
    public const string NamePrefix = "st-";

    // A socket's path has at most 107 bytes; names inside are at most 40.
    private const int MaxPath = 66;
    private const uint OwnerOnly = 0x1C0; // 0700

    private PrivateDirectory(string path) => Root = path;

    public string Root { get; }

    public string this[string name] => Path.Combine(Root, name);

    /// <summary>Makes one below TMPDIR, or below /tmp if that would be too long.</summary>
    public static PrivateDirectory Create()
    {
        var parent = Path.GetTempPath();
        if (System.Text.Encoding.UTF8.GetByteCount(parent) + 20 > MaxPath)
            parent = "/tmp";
        return Create(parent);
    }

    /// <summary>Makes one below another private directory, with which it goes; where that would be too long, as any other.</summary>
    public static PrivateDirectory CreateBelow(string parent) =>
        System.Text.Encoding.UTF8.GetByteCount(parent) + 17 > MaxPath ? Create() : Create(parent);

    public static PrivateDirectory Create(string parent)
    {
        var path = Path.Combine(parent, NamePrefix + RandomText.Hex(6));
        if (NativeMethods.MakeDirectory(path, OwnerOnly) != 0)
            throw new IOException($"a private directory could not be made: {path}: {NativeMethods.ErrorText(Marshal.GetLastPInvokeError())}");
        Check(path);
        return new PrivateDirectory(path);
    }

    /// <summary>Throws unless the path is a directory, no link, of this user, and closed to all others.</summary>
    public static void Check(string path)
    {
        if (NativeMethods.Status(path) is not { } status)
            throw new IOException($"{path} is gone or cannot be looked at");
        if (!status.IsDirectory)
            throw new IOException($"{path} is not a directory, or a link to one, and so is not trusted");
        if (status.UserId != NativeMethods.EffectiveUserId())
            throw new IOException($"{path} belongs to user {status.UserId}, not to this user ({NativeMethods.EffectiveUserId()}), and so is not trusted");
        if (status.Permissions != OwnerOnly && (status.Permissions & 0x3F) != 0)
            throw new IOException($"{path} can be entered by others (mode {Convert.ToString(status.Permissions, 8)}, 700 is needed), and so is not trusted");
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What is left is ours alone, and the next boot clears it.
        }
    }
}
