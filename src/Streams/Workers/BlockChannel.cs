using Microsoft.Extensions.Logging;
using Streams.Blocks;
using Streams.Wire;

namespace Streams.Workers;

/// <summary>Sends one block's log lines and whiteboard. What comes after the block's end is not sent.</summary>
internal sealed class BlockChannel(FramedStream controller, uint ordinal, string? privateDirectory, bool isInProcess = false) : IBlockChannel
{
    private volatile bool _ended;

    public string? PrivateDirectory => privateDirectory;

    public bool IsInProcess => isInProcess;

    public void End() => _ended = true;

    public void Log(LogLevel level, string text) => Send(new FromWorker
    {
        Log = new BlockLog
        {
            Ordinal = ordinal,
            UnixUs = Now(),
            Level = (int)level,
            Text = WellFormed(text),
        },
    });

    public void Whiteboard(string text) => Send(new FromWorker { Whiteboard = new BlockWhiteboard { Ordinal = ordinal, Text = WellFormed(text) } });

    public void SharesSync() => Send(new FromWorker { SharesSync = new BlockSharesSync { Ordinal = ordinal } });

    public void Measure(string name, double value, string unit) => Send(new FromWorker
    {
        Measure = new BlockMeasure { Ordinal = ordinal, UnixUs = Now(), Name = WellFormed(name), Value = value, Unit = WellFormed(unit) },
    });

    public void EnterPart(WirePart part) => Send(new FromWorker { Part = new BlockPartEntered { Ordinal = ordinal, Part = part } });

    private static long Now() => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static string WellFormed(string text) =>
        System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));

    private void Send(FromWorker message)
    {
        if (_ended)
            return;
        try
        {
            controller.Write(message);
        }
        catch (IOException)
        {
            // The controller is gone; the reader thread sees it, too, and ends the worker.
        }
    }
}
