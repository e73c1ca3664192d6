using System.Text;
using Streams.Processes;

namespace Streams.Results;

/// <summary>A whiteboard as a file that a person may look at in a terminal; its text to the letter is in the record.</summary>
internal static class WhiteboardFile
{
    public static void Write(string path, string text) => AtomicFile.Write(path, Encoding.UTF8.GetBytes(PrintableText.Clean(text)));
}
