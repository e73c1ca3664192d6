namespace Streams.Processes;

/// <summary>Random names. From the kernel, as System.Security.Cryptography aborts on a host without libssl.</summary>
internal static class RandomText
{
    /// <summary>So many random bytes as lower-case hex digits.</summary>
    public static string Hex(int bytes)
    {
        using var random = File.OpenHandle("/dev/urandom");
        Span<byte> buffer = stackalloc byte[bytes];
        for (var done = 0; done < bytes;)
        {
            var count = RandomAccess.Read(random, buffer[done..], 0);
            if (count == 0)
                throw new IOException("/dev/urandom gave nothing");
            done += count;
        }

        return Convert.ToHexStringLower(buffer);
    }
}
