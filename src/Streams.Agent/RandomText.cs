namespace Streams.Agent;

/// <summary>Random hexadecimal text from the kernel: System.Security.Cryptography aborts on a host without libssl.</summary>
internal static class RandomText
{
    /// <summary>32 digits, 128 bits.</summary>
    public static string Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        using var source = new FileStream("/dev/urandom", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        source.ReadExactly(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Compares in a time that does not tell where the difference is.</summary>
    public static bool FixedTimeEquals(string left, string right)
    {
        if (left.Length != right.Length)
            return false;
        var difference = 0;
        for (var i = 0; i < left.Length; i++)
            difference |= left[i] ^ right[i];
        return difference == 0;
    }
}
