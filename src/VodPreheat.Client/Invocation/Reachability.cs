namespace VodPreheat.Client.Invocation;

/// <summary>
/// Whether a command can reach the service. It cannot after three of its requests in a row have ended without a connection, each after
/// its retries.
/// </summary>
public sealed class Reachability
{
    private const int MaxFailures = 3;

    private int _failures;
    private volatile Exception? _failure;

    /// <summary>Whether the service cannot be reached now.</summary>
    public bool IsUnreachable => Volatile.Read(ref _failures) >= MaxFailures;

    /// <summary>The failure of the last request, if the service cannot be reached.</summary>
    internal Exception? Failure => IsUnreachable ? _failure : null;

    internal void Connected() => Volatile.Write(ref _failures, 0);

    internal void NotConnected(Exception failure)
    {
        _failure = failure;
        Interlocked.Increment(ref _failures);
    }
}
