namespace VodPreheat.TestServer.State;

/// <summary>Lets a number of calls through in any 60 seconds; what it refuses does not count.</summary>
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
            long now = Environment.TickCount64;
            while (_admitted.TryPeek(out long oldest) && now - oldest >= 60_000)
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
