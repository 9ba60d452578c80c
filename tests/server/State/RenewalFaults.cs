namespace VodPreheat.TestServer.State;

/// <summary>
/// Refuses one renewal in each interval. A renewal is a request for a token by a user whose newest token is valid for a while: without
/// one the user could not go on.
/// </summary>
internal sealed class RenewalFaults
{
    private readonly object _lock = new();
    private DateTimeOffset _next;
    private int _count;

    /// <summary>The interval; zero for no refusals.</summary>
    public TimeSpan Interval { get; set; }

    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether the request is refused.</summary>
    /// <param name="validFor">How long the newest token of the user is valid.</param>
    /// <param name="life">The lifetime of a token.</param>
    /// <param name="now">The time of the server.</param>
    public bool Hits(TimeSpan validFor, TimeSpan life, DateTimeOffset now)
    {
        // A client renews before a token expires. Shortly before that, it waits for the new one.
        if (Interval == TimeSpan.Zero || validFor < life / 10)
        {
            return false;
        }

        lock (_lock)
        {
            if (now < _next)
            {
                return false;
            }

            _next = now + Interval;
            _count++;
            return true;
        }
    }
}
