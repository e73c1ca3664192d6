using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>Events on disk, for a time when too many are held for memory. Not synchronised: its owner's lock guards it.</summary>
internal sealed class EventSpool(string path, long quota) : IDisposable
{
    private SafeFileHandle? _file;
    private long _end;
    private int _count;

    /// <summary>Keeps the event. False: there is no room for it, or the disk is full.</summary>
    public bool TryAdd(AgentEvent happened, out SpooledEvent place)
    {
        var bytes = happened.ToByteArray();
        place = new SpooledEvent(_end, bytes.Length);
        if (_end + bytes.Length > quota)
            return false;
        try
        {
            _file ??= File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
            RandomAccess.Write(_file, bytes, _end);
        }
        catch (IOException)
        {
            return false; // what was half written is written over by the next one
        }

        _end += bytes.Length;
        _count++;
        return true;
    }

    public AgentEvent Read(SpooledEvent place)
    {
        var bytes = new byte[place.Length];
        for (var done = 0; done < bytes.Length;)
        {
            var count = RandomAccess.Read(_file!, bytes.AsSpan(done), place.Offset + done);
            done += count > 0 ? count : throw new IOException($"{path} is shorter than what was written to it");
        }

        return AgentEvent.Parser.ParseFrom(bytes);
    }

    /// <summary>One event is not needed any more. The file gives its room back when none is.</summary>
    public void Release()
    {
        if (--_count > 0)
            return;
        _end = 0;
        RandomAccess.SetLength(_file!, 0);
    }

    public void Dispose() => _file?.Dispose();
}

/// <summary>Where an event is in the spool.</summary>
internal readonly record struct SpooledEvent(long Offset, int Length);
