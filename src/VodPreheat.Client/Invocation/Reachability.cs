namespace VodPreheat.Client.Invocation;

/// <summary>
/// Whether a command can reach the service: no longer, once three of its requests in a row ended without any connection, each after
/// its retries.
/// </summary>
public sealed class Reachability
{
    private const int MaxMissed = 3;

    private int _missed;
    private volatile Exception? _failure;

    /// <summary>Whether nothing more can work now.</summary>
    public bool IsLost => Volatile.Read(ref _missed) >= MaxMissed;

    /// <summary>The failure of the last request, if the service cannot be reached.</summary>
    internal Exception? Failure => IsLost ? _failure : null;

    internal void Reached() => Volatile.Write(ref _missed, 0);

    internal void Missed(Exception failure)
    {
        _failure = failure;
        Interlocked.Increment(ref _missed);
    }
}
