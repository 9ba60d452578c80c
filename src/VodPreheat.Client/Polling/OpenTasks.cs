using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Polling;

/// <summary>The tasks of a wait that have not ended, and when each is queried next. Safe to share between threads.</summary>
internal sealed class OpenTasks
{
    private readonly object _lock = new();
    private readonly Dictionary<string, OpenTask> _open = new(StringComparer.Ordinal);

    // Those of which no query is in flight, the one that has waited longest first.
    private readonly PriorityQueue<OpenTask, (TimeSpan Due, int Turn)> _waiting = new();
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _turns;
    private int _tasks;
    private UrlCounts _counts;

    public PollProgress Progress => Read(() => new PollProgress(_tasks, _tasks - _open.Count, _counts.Succeeded, _counts.Failed, _counts.Open)
    {
        TasksWithoutUrls = _open.Values.Count(static task => task.Counts == default),
    });

    /// <summary>Their IDs, in the order in which they were added.</summary>
    public IReadOnlyList<string> Ids => Read<string[]>(() => [.. _open.Values.OrderBy(static task => task.Number).Select(static task => task.Id)]);

    public int Count => Read(() => _open.Count);

    /// <summary>
    /// Whether a query of one of them is in flight, and when the next of the others is due; null if none waits. Both at the same moment:
    /// a task that is taken meanwhile is in one of them.
    /// </summary>
    public (bool IsAnyQueried, TimeSpan? Due) Next => Read<(bool, TimeSpan?)>(() =>
        (_open.Count > _waiting.Count, _waiting.TryPeek(out _, out (TimeSpan Due, int Turn) next) ? next.Due : null));

    /// <summary>Adds a task, unless it is open already.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="urls">The URLs with which it ends; null for those that the service returns.</param>
    /// <param name="urlCount">How many URLs were submitted with it.</param>
    /// <param name="due">When it is queried.</param>
    public void Add(string taskId, IReadOnlyCollection<string>? urls, int urlCount, TimeSpan due)
    {
        lock (_lock)
        {
            var task = new OpenTask(taskId, _tasks, urls, urlCount);
            if (_open.TryAdd(taskId, task))
            {
                _tasks++;
                _counts += task.Counts;
                _waiting.Enqueue(task, (due, _turns++));
                _added.TrySetResult();
            }
        }
    }

    /// <summary>Ends when the next task is added.</summary>
    public Task NextAdded()
    {
        lock (_lock)
        {
            if (_added.Task.IsCompleted)
            {
                _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return _added.Task;
        }
    }

    /// <summary>Takes the task that is due next, to query it.</summary>
    public OpenTask Take() => Read(_waiting.Dequeue);

    /// <summary>Lets a task that was taken wait for its next query.</summary>
    public void Return(OpenTask task, TimeSpan due)
    {
        lock (_lock)
        {
            _waiting.Enqueue(task, (due, _turns++));
        }
    }

    /// <summary>Stores the results of a task; returns whether they end it. Of a task that has ended, only the counts are kept.</summary>
    public bool SetResults(OpenTask task, IReadOnlyList<UrlResult> results)
    {
        lock (_lock)
        {
            _counts -= task.Counts;
            task.SetResults(results);
            _counts += task.Counts;
            return task.IsDone && _open.Remove(task.Id);
        }
    }

    /// <summary>Removes a task that cannot be queried, with its counts.</summary>
    public void Remove(OpenTask task)
    {
        lock (_lock)
        {
            _counts -= task.Counts;
            _open.Remove(task.Id);
        }
    }

    /// <summary>The last results of an open task; empty if there were none yet, or if it has ended.</summary>
    public IReadOnlyList<UrlResult> LastResults(string taskId) => Read(() => _open.TryGetValue(taskId, out OpenTask? task) ? task.Results : []);

    private T Read<T>(Func<T> read)
    {
        lock (_lock)
        {
            return read();
        }
    }
}
