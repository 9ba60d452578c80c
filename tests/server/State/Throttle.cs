namespace VodPreheat.TestServer.State;

/// <summary>Permits a number of calls in any 60 seconds, of which refused calls are none, or refuses one call in each so many.</summary>
internal sealed class Throttle(TimeProvider clock)
{
    private readonly Queue<long> _admitted = [];

    private int _calls;
    private int _refused;

    public int PerMinute { get; set; }

    /// <summary>Which call in each so many is refused. 0 is none.</summary>
    public int RefusedEvery { get; set; }

    /// <summary>The seconds of Retry-After; empty for none.</summary>
    public string RetryAfter { get; set; } = "";

    public int Refused => Volatile.Read(ref _refused);

    public bool Admits()
    {
        bool isAdmitted = (RefusedEvery == 0 || Interlocked.Increment(ref _calls) % RefusedEvery != 0) && AdmitsInMinute();
        Interlocked.Add(ref _refused, isAdmitted ? 0 : 1);
        return isAdmitted;
    }

    private bool AdmitsInMinute()
    {
        if (PerMinute == 0)
        {
            return true;
        }

        lock (_admitted)
        {
            // Not TickCount64, which has a resolution of some milliseconds: a call a minute after another one would seem too early.
            long now = clock.GetTimestamp();
            while (_admitted.TryPeek(out long oldest) && clock.GetElapsedTime(oldest, now) >= TimeSpan.FromMinutes(1))
            {
                _admitted.Dequeue();
            }

            if (_admitted.Count >= PerMinute)
            {
                return false;
            }

            _admitted.Enqueue(now);
            return true;
        }
    }
}
