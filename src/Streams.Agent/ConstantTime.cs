namespace Streams.Agent;

/// <summary>Comparing secrets.</summary>
internal static class ConstantTime
{
    /// <summary>Takes a time that does not tell where the difference is.</summary>
    public static bool AreEqual(string left, string right)
    {
        if (left.Length != right.Length)
            return false;
        var difference = 0;
        for (var i = 0; i < left.Length; i++)
            difference |= left[i] ^ right[i];
        return difference == 0;
    }
}
