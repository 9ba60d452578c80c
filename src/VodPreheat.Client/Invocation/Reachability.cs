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
    private volatile string? _lastFailure;

    /// <summary>Whether the service cannot be reached now.</summary>
    public bool IsUnreachable => Volatile.Read(ref _failures) >= MaxFailures;

    /// <summary>The failure of the last request, if the service cannot be reached.</summary>
    internal Exception? Failure => IsUnreachable ? _failure : null;

    /// <summary>A sentence about a wait that timed out, and after it what happened in the last request, unless that succeeded.</summary>
    public string Explain(string timeout) => _lastFailure is { } what ? $"{timeout} The last request failed: {what.TrimEnd('.')}." : timeout;

    internal void Succeeded()
    {
        _lastFailure = null;
        Volatile.Write(ref _failures, 0);
    }

    /// <param name="failure">The failure of a request.</param>
    /// <param name="what">What happened, without code and hint.</param>
    /// <param name="isWithoutConnection">Whether there was no connection.</param>
    internal void Failed(Exception failure, string what, bool isWithoutConnection)
    {
        _lastFailure = what;
        _failure = failure;
        if (isWithoutConnection)
        {
            Interlocked.Increment(ref _failures);
        }
        else
        {
            Volatile.Write(ref _failures, 0);
        }
    }
}
