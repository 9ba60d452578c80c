namespace VodPreheat.TestServer.Faults;

/// <summary>Assigns faults to requests: those of the task first, then the others in the order in which they were added.</summary>
internal sealed class FaultPlan
{
    private static readonly FaultKind[] s_randomKinds =
    [
        FaultKind.ResetBeforeHeaders,
        FaultKind.Error500,
        FaultKind.Error503,
        FaultKind.Throttled429RetryNow,
        FaultKind.TruncatedBody,
    ];

    private readonly object _lock = new();
    private readonly List<Entry> _entries = [];
    private Random _random = new(1);

    public double RandomRate { get; set; }

    public void Seed(int seed)
    {
        lock (_lock)
        {
            _random = new Random(seed);
        }
    }

    public void Add(string? taskId, Fault fault, int times)
    {
        lock (_lock)
        {
            _entries.Add(new Entry(taskId, fault, times));
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
            RandomRate = 0;
        }
    }

    /// <summary>Removes and returns the fault of the next request; null if it has none.</summary>
    public Fault? Take(string? taskId)
    {
        lock (_lock)
        {
            Entry? entry = (taskId is null ? null : _entries.Find(e => e.TaskId == taskId)) ?? _entries.Find(e => e.TaskId is null);
            if (entry is null)
            {
                return RandomRate > 0 && _random.NextDouble() < RandomRate
                    ? new Fault(s_randomKinds[_random.Next(s_randomKinds.Length)], null)
                    : null;
            }

            // A negative number never becomes zero: forever.
            if (--entry.Times == 0)
            {
                _entries.Remove(entry);
            }

            return entry.Fault;
        }
    }

    private sealed class Entry(string? taskId, Fault fault, int times)
    {
        public string? TaskId { get; } = taskId;

        public Fault Fault { get; } = fault;

        public int Times { get; set; } = times;
    }
}
