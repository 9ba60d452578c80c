using System.Diagnostics;

namespace VodPreheat.TestServer.State;

/// <summary>Permits a number of calls in any 60 seconds. Refused calls do not count.</summary>
internal sealed class Throttle
{
    private readonly Queue<long> _admitted = [];

    public int PerMinute { get; set; }

    public bool Admits()
    {
        if (PerMinute == 0)
        {
            return true;
        }

        lock (_admitted)
        {
            // Not TickCount64, which has a resolution of some milliseconds: a call a minute after another one would seem too early.
            long now = Stopwatch.GetTimestamp();
            while (_admitted.TryPeek(out long oldest) && Stopwatch.GetElapsedTime(oldest, now) >= TimeSpan.FromMinutes(1))
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
