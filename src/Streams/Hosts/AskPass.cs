using System.Runtime.InteropServices;
using System.Text;
using Streams.Processes;

namespace Streams.Hosts;

/// <summary>
/// Answers ssh's questions for a password or a pass phrase. ssh starts the script in SSH_ASKPASS; the answers stand in
/// FIFOs (0600) beside it in a private directory (0700), so that no argument, no environment and no file ever holds one.
/// </summary>
internal sealed class AskPass : IDisposable
{
    // Several locked keys ask one after the other for what may be the same pass phrase. A pipe holds 64 KiB.
    private const int Copies = 8;
    private const int LongestSecret = 1024;
    private const uint OwnerOnly = 0x180; // 0600

    // ssh puts "(user@host) " before what a server asks, so a server cannot ask for the pass phrase of a key.
    private const string Script = """
        #!/bin/sh
        # ssh's question is $1. The answers are in pipes beside this file; an unknown question is noted and not answered.
        cd "${0%/*}" || exit 1
        case $1 in
          'Enter passphrase for '*) answer=passphrase ;;
          *assword:*) answer=password ;;
          *) answer=none ;;
        esac
        [ -p "$answer" ] || { printf '%s\n' "$1" >>asked; exit 1; }
        IFS= read -r line <"$answer" && printf '%s\n' "$line"

        """;

    private readonly PrivateDirectory _directory;
    private readonly List<Secret> _secrets = [];
    private readonly List<int> _pipes = [];

    private AskPass(PrivateDirectory directory) => _directory = directory;

    /// <summary>For the environment of ssh.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["SSH_ASKPASS"] = _directory["askpass"],
        ["SSH_ASKPASS_REQUIRE"] = "force",
    };

    /// <summary>The last question that there was no answer to; null if there was none.</summary>
    public string? Unanswered
    {
        get
        {
            var path = _directory["asked"];
            return File.Exists(path) ? PrintableText.CleanLine(File.ReadLines(path).LastOrDefault() ?? "").Trim() : null;
        }
    }

    /// <summary>Null if there is nothing to answer with.</summary>
    /// <exception cref="IOException">The private directory or the pipes cannot be made.</exception>
    /// <exception cref="ArgumentException">A secret is too long, or has more than one line.</exception>
    public static AskPass? Create(SshOptions options)
    {
        if (options.Password is null && options.PassPhrase is null)
            return null;
        var answers = new AskPass(PrivateDirectory.Create());
        try
        {
            File.WriteAllText(answers._directory["askpass"], Script);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(answers._directory["askpass"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
            answers.Offer("password", options.Password);
            answers.Offer("passphrase", options.PassPhrase);
            return answers;
        }
        catch
        {
            answers.Dispose();
            throw;
        }
    }

    /// <summary>What ssh printed, without the secrets themselves.</summary>
    public string Redact(string text) => _secrets.Aggregate(text, (clean, secret) => secret.Redact(clean));

    public void Dispose()
    {
        foreach (var pipe in _pipes)
            _ = NativeMethods.Close(pipe); // A script that still waits gets the end, and what nobody has read is gone.
        _pipes.Clear();
        _directory.Dispose();
    }

    private void Offer(string name, Secret? secret)
    {
        if (secret is null)
            return;
        var text = secret.Reveal();
        if (text.Length > LongestSecret || text.AsSpan().IndexOfAny("\n\r\0") >= 0)
            throw new ArgumentException($"A {name} for ssh must be one line of at most {LongestSecret} characters.");
        _secrets.Add(secret);
        var line = Encoding.UTF8.GetBytes(text + "\n");
        var path = _directory[name];
        // Opened for both, so that writing waits for no reader, and closed in every child.
        var pipe = NativeMethods.MakeFifo(path, OwnerOnly) == 0 ? NativeMethods.Open(path, NativeMethods.O_RDWR | NativeMethods.O_CLOEXEC, 0) : -1;
        if (pipe < 0)
            throw new IOException($"a private pipe could not be made: {path}: {NativeMethods.ErrorText(Marshal.GetLastPInvokeError())}");
        _pipes.Add(pipe);
        for (var copy = 0; copy < Copies; copy++)
            NativeMethods.TryWriteAll(pipe, line);
        Array.Clear(line);
    }
}
