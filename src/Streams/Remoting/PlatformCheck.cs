using System.Runtime.InteropServices;

namespace Streams.Remoting;

/// <summary>Whether the .NET that runs here could run on a host.</summary>
internal static class PlatformCheck
{
    /// <summary>What it was built for.</summary>
    private static readonly Version OldestGlibc = new(2, 27);

    /// <summary>Null if nothing speaks against it.</summary>
    /// <param name="system">As <c>uname -s</c> says.</param>
    /// <param name="machine">As <c>uname -m</c> says.</param>
    /// <param name="libc">"glibc", "musl" or another.</param>
    /// <param name="glibc">Its version, if it is known.</param>
    public static string? Problem(string system, string machine, string libc, Version? glibc = null)
    {
        var architecture = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "x86_64",
            Architecture.Arm64 => "aarch64",
            var other => other.ToString(),
        };
        if (system != "Linux" || !OperatingSystem.IsLinux())
            return $"its system is {system}, this one's is {RuntimeInformation.OSDescription}";
        if (machine != architecture)
            return $"its processor is {machine}, this machine's is {architecture}";
        if (libc != "glibc")
            return $"its C library is {libc}, and the .NET of this machine needs glibc";
        return glibc is not null && glibc < OldestGlibc ? $"its glibc is {glibc}, and {OldestGlibc} is needed" : null;
    }
}
