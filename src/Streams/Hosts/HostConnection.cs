using Streams.Hosts;

namespace Streams;

/// <summary>One duplex byte stream to a shell on a host, made by an <see cref="IHostConnector"/>. Disposing ends it.</summary>
/// <remarks>Eight bits clean in both directions: what begins as a talk with a shell goes on as HTTP/2.</remarks>
public abstract class HostConnection : IAsyncDisposable
{
    /// <summary>Bytes from the host. Read by one reader; must support asynchronous reading.</summary>
    public abstract Stream FromHost { get; }

    /// <summary>Bytes to the host. Written by one writer; disposing it half-closes.</summary>
    public abstract Stream ToHost { get; }

    /// <summary>False while it is certain that the host has not answered yet, and so is not busy with a login.</summary>
    internal virtual bool MayBeLoggingIn => true;

    /// <summary>The host has answered: what only a login needs can go.</summary>
    internal virtual void LoggedIn()
    {
    }

    /// <summary>
    /// A connection that is the standard input and output of a process. The process is started in a session of its own, so that
    /// a Ctrl-C at the test's terminal does not end it.
    /// </summary>
    /// <param name="host">The host's name, for messages.</param>
    /// <param name="command">The command and its arguments, each a word of its own: no shell sees them here.</param>
    /// <exception cref="HostConnectException">The command is not there or cannot be started.</exception>
    public static HostConnection StartProcess(string host, IReadOnlyList<string> command)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(command);
        return ProcessConnection.Start(host, command);
    }

    /// <summary>
    /// Says why the connection ended or never came about, for a message. Ends what is left of it, and waits a few seconds
    /// at most. What a host or a command printed must be made safe to print.
    /// </summary>
    /// <param name="stage">The stage that was reached, such as "shell" or "upload", if nothing better is known.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public abstract Task<HostConnectException> ExplainAsync(string stage, CancellationToken cancellationToken);

    /// <summary>
    /// For a connection that was lost: ends what is left of it, and says whether the host itself told that the program there
    /// has ended. False, as by default: nobody knows, it may run on.
    /// </summary>
    public virtual Task<bool> FarProgramHasEndedAsync() => Task.FromResult(false);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
