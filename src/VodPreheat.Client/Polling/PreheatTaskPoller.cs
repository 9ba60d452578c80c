using System.Globalization;
using VodPreheat.Client.Concurrency;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Polling;

/// <summary>
/// Polls tasks until all their rows are final. Each open task is queried again an interval after its last answer, the one that has
/// waited longest first, so that none starves under the connection's rate limit. When the time is up every open task is queried
/// once more: what became final during the last wait counts, however long that was, as when the machine slept.
/// </summary>
/// <param name="client">The connection.</param>
/// <param name="interval">Time from an answer to the next query of the same task.</param>
/// <param name="timeout">When to give up on the tasks that are open then, from now on.</param>
/// <param name="context">The invocation that waits.</param>
/// <param name="clock">The clock of interval and time-out; only its monotonic time counts.</param>
public sealed class PreheatTaskPoller(VodClient client, TimeSpan interval, TimeSpan timeout, InvocationContext context, TimeProvider clock)
{
    /// <summary>The most queries in flight.</summary>
    private const int MaxInFlight = 8;

    /// <summary>How long the last queries, those after the time is up, may stay without any answer.</summary>
    private static readonly TimeSpan s_lastPatience = TimeSpan.FromSeconds(10);

    private readonly long _start = clock.GetTimestamp();

    // Shared with the pipeline thread, which adds tasks and reads the progress while a poll runs elsewhere.
    private readonly object _lock = new();
    private readonly Dictionary<string, OpenTask> _open = new(StringComparer.Ordinal);
    private readonly PriorityQueue<OpenTask, (TimeSpan Due, int Turn)> _waiting = new();
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _turns;
    private int _tasks;
    private RowCounts _counts;

    // Of the poll alone, of which there is one at a time.
    private readonly List<(OpenTask Task, Task<IReadOnlyList<UrlResult>> Query)> _inFlight = new(MaxInFlight);
    private TimeSpan? _giveUpAt;

    /// <summary>Time left until the time-out; none afterwards.</summary>
    public TimeSpan Remaining => timeout - Now is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>How far the wait has come.</summary>
    public PollProgress Progress
    {
        get
        {
            lock (_lock)
            {
                return new PollProgress(_tasks, _tasks - _open.Count, _counts.Succeeded, _counts.Failed, _counts.Open);
            }
        }
    }

    /// <summary>The tasks that have not ended, in the order in which they were added.</summary>
    public IReadOnlyList<string> OpenTasks
    {
        get
        {
            lock (_lock)
            {
                return [.. _open.Values.OrderBy(static task => task.Number).Select(static task => task.Id)];
            }
        }
    }

    private TimeSpan Now => clock.GetElapsedTime(_start);

    private bool IsTimeUp => Now >= timeout;

    /// <summary>Adds a task, to be queried at once; also while <see cref="NextAnswerAsync"/> runs. One that is open already is not added again.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="urls">The URLs that the task ends with, whatever other rows it has; null for those that the service gives.</param>
    public void Add(string taskId, IReadOnlyCollection<string>? urls = null)
    {
        lock (_lock)
        {
            var task = new OpenTask(taskId, urls, _tasks);
            if (!_open.TryAdd(taskId, task))
            {
                return;
            }

            _tasks++;
            _waiting.Enqueue(task, (Now, _turns++));
            _added.TrySetResult();
        }
    }

    /// <summary>What the last query of an open task said; empty if it had no rows yet, or has ended.</summary>
    public IReadOnlyList<UrlResult> LastRows(string taskId)
    {
        lock (_lock)
        {
            return _open.TryGetValue(taskId, out OpenTask? task) ? task.Rows : [];
        }
    }

    /// <summary>The next task that ends, in the order in which they do; null when none is open or the time is up. One call at a time.</summary>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public async Task<PollAnswer?> NextEndAsync()
    {
        PollAnswer? answer;
        do
        {
            answer = await NextAnswerAsync().ConfigureAwait(false);
        }
        while (answer is { HasEnded: false });
        return answer;
    }

    /// <summary>The next answer, of whatever task; null when none is open or the time is up. One call at a time.</summary>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public async Task<PollAnswer?> NextAnswerAsync()
    {
        while (true)
        {
            context.Cancellation.ThrowIfCancellationRequested();

            // Before the time is looked at: an answer that has arrived counts, however late it is taken.
            if (_inFlight.FindIndex(static started => started.Query.IsCompleted) is >= 0 and int answered)
            {
                (OpenTask task, Task<IReadOnlyList<UrlResult>> query) = _inFlight[answered];
                _inFlight.RemoveAt(answered);
                if (Judge(task, query) is { } answer)
                {
                    return answer;
                }

                continue;
            }

            StartDueQueries();
            if (_inFlight.Count == 0 && !IsAnyWaiting())
            {
                return null;
            }

            if (IsGivenUp())
            {
                return null;
            }

            await WaitAsync().ConfigureAwait(false);
        }
    }

    private void StartDueQueries()
    {
        lock (_lock)
        {
            if (_added.Task.IsCompleted)
            {
                _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        while (_inFlight.Count < MaxInFlight && TakeDue() is { } task)
        {
            Task<IReadOnlyList<UrlResult>> query = client.GetPreheatingResultsAsync(task.Id, context);
            BackgroundWork.Forget(query); // Nobody looks at it any more when the poll is given up.
            _inFlight.Add((task, query));
        }
    }

    private OpenTask? TakeDue()
    {
        lock (_lock)
        {
            bool isLast = IsTimeUp;
            if (!_waiting.TryPeek(out OpenTask? task, out (TimeSpan Due, int Turn) next) || (next.Due > Now && !isLast))
            {
                return null;
            }

            _waiting.Dequeue();
            task.IsLastQuery = isLast;
            return task;
        }
    }

    /// <summary>Whether the time is up and no last query can be expected to be answered.</summary>
    private bool IsGivenUp()
    {
        TimeSpan now = Now;
        if (now < timeout)
        {
            return false;
        }

        // Queries that are held for the rate limit have not been asked in vain.
        _giveUpAt ??= now + s_lastPatience;
        if (client.QueryLimit.HeldFor is { Ticks: > 0 } held && now + held + s_lastPatience > _giveUpAt)
        {
            _giveUpAt = now + held + s_lastPatience;
        }

        return now >= _giveUpAt;
    }

    private bool IsAnyWaiting()
    {
        lock (_lock)
        {
            return _waiting.Count > 0;
        }
    }

    /// <summary>Waits for an answer, an added task, the next query to be due or the end of the time, whichever comes first.</summary>
    private async Task WaitAsync()
    {
        TimeSpan wake = _giveUpAt ?? timeout;
        Task added;
        lock (_lock)
        {
            added = _added.Task;
            if (_inFlight.Count < MaxInFlight && _waiting.TryPeek(out _, out (TimeSpan Due, int Turn) next) && next.Due < wake)
            {
                wake = next.Due;
            }
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        Task alarm = BackgroundWork.DelayAsync(wake - Now, clock, over.Token);
        await Task.WhenAny([.. _inFlight.Select(static started => started.Query), added, alarm]).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Takes a query's answer; null if it failed in a way that may pass.</summary>
    private PollAnswer? Judge(OpenTask task, Task<IReadOnlyList<UrlResult>> answered)
    {
        if (_giveUpAt is not null)
        {
            _giveUpAt = Now + s_lastPatience;
        }

        TimeSpan pause = interval;
        PollAnswer? answer = null;
        try
        {
            IReadOnlyList<UrlResult> rows = answered.GetAwaiter().GetResult();
            answer = new PollAnswer(task.Id, rows, Failure: null, SetRows(task, rows));
            if (answer.Value.HasEnded)
            {
                return answer;
            }
        }
        catch (VodClientException failure) when (failure.Kind is FailureKind.ConnectionFailed or FailureKind.Timeout
            or FailureKind.Throttled or FailureKind.Unavailable or FailureKind.UnexpectedResponse)
        {
            pause = failure.RetryAfter > interval ? failure.RetryAfter.Value : interval;
            context.Trace(string.Create(CultureInfo.InvariantCulture, $"The query of task {task.Id} failed, which does not end the wait: {failure.What}"));
        }
        catch (VodClientException failure)
        {
            lock (_lock)
            {
                _counts -= task.Counts;
                _open.Remove(task.Id);
            }

            return new PollAnswer(task.Id, [], failure, HasEnded: true);
        }

        if (!task.IsLastQuery)
        {
            lock (_lock)
            {
                _waiting.Enqueue(task, (Now + pause, _turns++));
            }
        }

        return answer;
    }

    /// <summary>Notes what a query said; whether that ends the task. Of one that has ended only the counts are kept.</summary>
    private bool SetRows(OpenTask task, IReadOnlyList<UrlResult> rows)
    {
        var counts = RowCounts.Of(rows);
        lock (_lock)
        {
            _counts += counts - task.Counts;
            task.Rows = rows;
            task.Counts = counts;

            return task.IsDone && _open.Remove(task.Id);
        }
    }

    private sealed class OpenTask(string id, IReadOnlyCollection<string>? urls, int number)
    {
        public string Id { get; } = id;

        public int Number { get; } = number;

        public IReadOnlyList<UrlResult> Rows { get; set; } = [];

        public RowCounts Counts { get; set; }

        /// <summary>Whether nothing more will happen to it. No rows yet is not "all done".</summary>
        public bool IsDone => urls is null
            ? Rows.Count > 0 && Counts.Open == 0
            : urls.All(url => Rows.Any(row => row.Url == url && PreheatStatus.IsFinal(row.Status)));

        /// <summary>Whether the query in flight was started after the time was up.</summary>
        public bool IsLastQuery { get; set; }
    }

    private readonly record struct RowCounts(int Succeeded, int Failed, int Open)
    {
        public static RowCounts Of(IReadOnlyList<UrlResult> rows)
        {
            int succeeded = rows.Count(static row => PreheatStatus.IsSucceed(row.Status));
            int failed = rows.Count(static row => PreheatStatus.IsFailed(row.Status));
            return new RowCounts(succeeded, failed, rows.Count - succeeded - failed);
        }

        public static RowCounts operator +(RowCounts left, RowCounts right) =>
            new(left.Succeeded + right.Succeeded, left.Failed + right.Failed, left.Open + right.Open);

        public static RowCounts operator -(RowCounts left, RowCounts right) =>
            new(left.Succeeded - right.Succeeded, left.Failed - right.Failed, left.Open - right.Open);
    }
}
