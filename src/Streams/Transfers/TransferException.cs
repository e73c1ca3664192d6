using System.Runtime.InteropServices;
using System.Text;
using Streams.Processes;

namespace Streams.Transfers;

/// <summary>Files cannot be sent or received; the message is for people, and not escaped.</summary>
internal sealed class TransferException(string message) : Exception(message)
{
    /// <summary>What the system said of this entry just now.</summary>
    public static TransferException OfLastError(string what, string path) => new($"{what} '{path}': {NativeMethods.ErrorText(Marshal.GetLastPInvokeError())}");

    /// <summary>An entry's full name; not every name is text.</summary>
    public static string Show(string root, ReadOnlySpan<byte> name) => name.IsEmpty ? root : $"{root.TrimEnd('/')}/{Encoding.UTF8.GetString(name)}";
}
