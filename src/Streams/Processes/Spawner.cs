using System.Runtime.InteropServices;

namespace Streams.Processes;

/// <summary>
/// <c>posix_spawn</c>: a child in its own session, signal mask and dispositions as a login shell would give them. Used
/// instead of <see cref="System.Diagnostics.Process"/>, which can do neither and whose reaping would be in the way of ours.
/// </summary>
internal static unsafe class Spawner
{
    // Larger than glibc's posix_spawn_file_actions_t (80), posix_spawnattr_t (336) and sigset_t (128) are anywhere.
    private const int Opaque = 512;

    /// <summary>Starts the process and returns its id.</summary>
    /// <exception cref="IOException">It could not be started; the message says why.</exception>
    public static int Start(SpawnRequest request)
    {
        var actions = stackalloc byte[Opaque];
        var attributes = stackalloc byte[Opaque];
        Check(NativeMethods.SpawnActionsInitialise(actions));
        Check(NativeMethods.SpawnAttributesInitialise(attributes));
        var directory = string.IsNullOrEmpty(request.WorkingDirectory) ? null : request.WorkingDirectory;
        try
        {
            Check(NativeMethods.SpawnActionsAddDuplicate(actions, request.StandardInput, 0));
            Check(NativeMethods.SpawnActionsAddDuplicate(actions, request.StandardOutput, 1));
            Check(NativeMethods.SpawnActionsAddDuplicate(actions, request.StandardError ?? request.StandardOutput, 2));
            SetAttributes(attributes, request.StaysInSession ? NativeMethods.SpawnSetGroup : NativeMethods.SpawnNewSession);
            var command = directory is null || TryChangeDirectory(actions, directory)
                ? request.Command
                : ["/bin/sh", "-c", "cd -- \"$1\" && shift && exec \"$@\"", "sh", directory, .. request.Command];
            // What changes the directory first finds the program as given in its argv.
            return Start(command == request.Command ? request.Program : null, command, request.Environment, actions, attributes);
        }
        finally
        {
            _ = NativeMethods.SpawnActionsDestroy(actions);
            _ = NativeMethods.SpawnAttributesDestroy(attributes);
        }
    }

    private static int Start(string? program, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, byte* actions, byte* attributes)
    {
        using var arguments = new NativeStrings(command);
        using var file = new NativeStrings([program ?? command[0]]);
        using var variables = new NativeStrings(environment.Select(pair => $"{pair.Key}={pair.Value}").ToList());
        int pid;
        var error = NativeMethods.Spawn(&pid, file.Pointers[0], actions, attributes, arguments.Pointers, variables.Pointers);
        return error == 0 ? pid : throw new IOException($"{program ?? command[0]} could not be started: {NativeMethods.ErrorText(error)}", error);
    }

    private static void SetAttributes(byte* attributes, short place)
    {
        // .NET ignores SIGPIPE and blocks nothing, but who knows who started us: begin as after a login.
        var signals = stackalloc byte[Opaque];
        Check(NativeMethods.EmptySignalSet(signals));
        Check(NativeMethods.SpawnAttributesSetSignalMask(attributes, signals));
        Check(NativeMethods.FullSignalSet(signals));
        // The C library keeps its own two, 32 and 33, out of a full set, and then has the child ignore them.
        signals[3] = signals[4] = 0xFF;
        Check(NativeMethods.SpawnAttributesSetSignalDefault(attributes, signals));
        Check(NativeMethods.SpawnAttributesSetFlags(
            attributes, (short)(place | NativeMethods.SpawnSetSignalMask | NativeMethods.SpawnSetSignalDefault)));
    }

    private static bool TryChangeDirectory(byte* actions, string directory)
    {
        var path = (byte*)Marshal.StringToCoTaskMemUTF8(directory);
        try
        {
            Check(NativeMethods.SpawnActionsAddChangeDirectory(actions, path));
            return true;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // a C library before 2.29: a shell changes the directory
        }
        finally
        {
            Marshal.FreeCoTaskMem((nint)path);
        }
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new IOException($"a process could not be prepared: {NativeMethods.ErrorText(error)}");
    }

    /// <summary>A null-terminated array of C strings.</summary>
    private sealed class NativeStrings : IDisposable
    {
        private readonly int _count;

        public NativeStrings(IReadOnlyList<string> strings)
        {
            foreach (var text in strings)
            {
                if (text.Contains('\0', StringComparison.Ordinal))
                    throw new IOException("an argument or environment variable contains a NUL character, which no program can be given");
            }

            Pointers = (byte**)NativeMemory.AllocZeroed((nuint)(strings.Count + 1), (nuint)sizeof(byte*));
            for (; _count < strings.Count; _count++)
                Pointers[_count] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[_count]);
        }

        public byte** Pointers { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
                Marshal.FreeCoTaskMem((nint)Pointers[i]);
            NativeMemory.Free(Pointers);
        }
    }
}
