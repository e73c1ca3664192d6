using System.Text;
using Microsoft.Win32.SafeHandles;
using Streams.Processes;

namespace Streams.Workers;

/// <summary>
/// Tells cheaply whether a block may have left a process behind. Linux numbers processes and threads in turn; as long as
/// the last number given is the one from before the block, nothing was created at all.
/// </summary>
internal sealed class LeftoverCheck : IDisposable
{
    private const int MostToLookAt = 512;

    private readonly SafeFileHandle? _load = Open();
    private readonly int _supervisor = NativeMethods.ParentProcessId();

    public int LastNumber()
    {
        if (_load is null)
            return -1;
        Span<byte> buffer = stackalloc byte[128];
        try
        {
            var text = buffer[..RandomAccess.Read(_load, buffer, 0)];
            return int.Parse(text[(text.LastIndexOf((byte)' ') + 1)..].TrimEnd((byte)'\n'), System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or FormatException)
        {
            // Unknown is treated as "something was created".
            return -1;
        }
    }

    /// <summary>Whether something created since then may be the block's. False only if that is certain.</summary>
    public bool Possible(int lastNumberBefore)
    {
        var now = LastNumber();
        if (now == lastNumberBefore && now >= 0)
            return false;
        if (now < lastNumberBefore || lastNumberBefore < 0 || now - lastNumberBefore > MostToLookAt)
            return true;
        for (var number = lastNumberBefore + 1; number <= now; number++)
        {
            if (MayBeOurs(number, lastNumberBefore))
                return true;
        }

        return false;
    }

    public void Dispose() => _load?.Dispose();

    /// <summary>
    /// A descendant of this worker; or below the supervisor (or init), which adopts orphans, by way of a process as new
    /// as the block. What another stream's worker started hangs below that worker, which is older.
    /// </summary>
    private bool MayBeOurs(int number, int lastNumberBefore)
    {
        if (!IsProcess(number))
            return false;
        var current = number;
        for (var depth = 0; depth < 64 && ProcessEntry.TryRead(current, out var entry); depth++)
        {
            if (entry.Parent == Environment.ProcessId)
                return true;
            if (entry.Parent == _supervisor || entry.Parent <= 1)
                return current > lastNumberBefore;
            current = entry.Parent;
        }

        return ProcessEntry.TryRead(number, out _);
    }

    /// <summary>A thread answers under its number, too, though it is not listed.</summary>
    private static bool IsProcess(int number)
    {
        var status = ProcFile.ReadText($"/proc/{number}/status");
        return status.Contains($"\nTgid:\t{number}\n", StringComparison.Ordinal);
    }

    private static SafeFileHandle? Open()
    {
        try
        {
            return File.OpenHandle("/proc/loadavg");
        }
        catch (IOException)
        {
            // No /proc: every block may have left something.
            return null;
        }
    }
}
