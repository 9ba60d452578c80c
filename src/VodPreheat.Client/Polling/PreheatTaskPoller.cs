using System.Globalization;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Polling;

/// <summary>
/// Polls tasks until all their URLs have finished. Each open task is queried again an interval after its last answer, the one that has
/// waited longest first, so that tasks are queried fairly under the rate limit. After the timeout every open task is queried
/// once more: what finished during the last wait counts, however long that was, such as when the machine slept.
/// </summary>
/// <param name="client">The connection.</param>
/// <param name="interval">Interval between queries of a task, from an answer to the next query.</param>
/// <param name="timeout">Timeout of the wait, from now on.</param>
/// <param name="context">The invocation that waits.</param>
/// <param name="clock">The clock for interval and timeout; only its monotonic time counts.</param>
public sealed class PreheatTaskPoller(VodClient client, TimeSpan interval, TimeSpan timeout, InvocationContext context, TimeProvider clock)
{
    /// <summary>The maximum number of queries in flight.</summary>
    private const int MaxInFlight = 8;

    /// <summary>How long the last queries, those after the timeout, are waited for without any answer.</summary>
    private static readonly TimeSpan s_maxLastWait = TimeSpan.FromSeconds(10);

    private readonly long _start = clock.GetTimestamp();

    // Shared with the caller's thread, which adds tasks and reads the progress while a poll runs.
    private readonly object _lock = new();
    private readonly Dictionary<string, OpenTask> _open = new(StringComparer.Ordinal);
    private readonly PriorityQueue<OpenTask, (TimeSpan Due, int Turn)> _waiting = new();
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _turns;
    private int _tasks;
    private UrlCounts _counts;

    // Used only by the poll, of which there is one at a time.
    private readonly List<(OpenTask Open, Task<IReadOnlyList<UrlResult>> Query)> _inFlight = new(MaxInFlight);
    private TimeSpan? _giveUpAt;

    /// <summary>Time left until the timeout; zero afterwards.</summary>
    public TimeSpan Remaining => timeout - Now is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>The progress of the wait.</summary>
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

    /// <summary>Adds a task, to be queried immediately; also while <see cref="NextAnswerAsync"/> runs. One that is already open is not added again.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="urls">The URLs with which the task ends, whatever other results it has; null for those that the service returns.</param>
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

    /// <summary>The last results of an open task; empty if there were none yet, or if the task has ended.</summary>
    public IReadOnlyList<UrlResult> LastResults(string taskId)
    {
        lock (_lock)
        {
            return _open.TryGetValue(taskId, out OpenTask? task) ? task.Results : [];
        }
    }

    /// <summary>The next task that ends, in the order in which they end; null if none is open or after the timeout. One call at a time.</summary>
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

    /// <summary>The next answer, of any task; null if none is open or after the timeout. One call at a time.</summary>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public async Task<PollAnswer?> NextAnswerAsync()
    {
        while (true)
        {
            context.Cancellation.ThrowIfCancellationRequested();

            // Before the timeout is checked: an answer that has arrived counts, however late it is taken.
            if (_inFlight.FindIndex(static started => started.Query.IsCompleted) is >= 0 and int answered)
            {
                (OpenTask task, Task<IReadOnlyList<UrlResult>> query) = _inFlight[answered];
                _inFlight.RemoveAt(answered);
                if (HandleAnswer(task, query) is { } answer)
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
            BackgroundWork.Forget(query); // It is abandoned when the poll is given up.
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

    /// <summary>Whether the wait has timed out and no answer to a last query is to be expected.</summary>
    private bool IsGivenUp()
    {
        TimeSpan now = Now;
        if (now < timeout)
        {
            return false;
        }

        // Queries that the rate limit holds have not been sent yet.
        _giveUpAt ??= now + s_maxLastWait;
        if (client.QueryLimit.HeldFor is { Ticks: > 0 } held && now + held + s_maxLastWait > _giveUpAt)
        {
            _giveUpAt = now + held + s_maxLastWait;
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

    /// <summary>Waits for an answer, an added task, the next query to be due or the timeout, whichever comes first.</summary>
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

    /// <summary>Handles the answer to a query; null if it failed temporarily.</summary>
    private PollAnswer? HandleAnswer(OpenTask task, Task<IReadOnlyList<UrlResult>> answered)
    {
        if (_giveUpAt is not null)
        {
            _giveUpAt = Now + s_maxLastWait;
        }

        TimeSpan pause = interval;
        PollAnswer? answer = null;
        try
        {
            IReadOnlyList<UrlResult> results = answered.GetAwaiter().GetResult();
            answer = new PollAnswer(task.Id, results, Failure: null, SetResults(task, results));
            if (answer.Value.HasEnded)
            {
                return answer;
            }
        }
        catch (VodClientException failure) when (failure.Kind is FailureKind.ConnectionFailed or FailureKind.Timeout
            or FailureKind.Throttled or FailureKind.Unavailable or FailureKind.UnexpectedResponse)
        {
            pause = failure.RetryAfter > interval ? failure.RetryAfter.Value : interval;
            context.Trace(string.Create(CultureInfo.InvariantCulture, $"The query of task {task.Id} failed and will be repeated: {failure.What}"));
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

    /// <summary>Stores the results of a query; returns whether they end the task, of which then only the counts are kept.</summary>
    private bool SetResults(OpenTask task, IReadOnlyList<UrlResult> results)
    {
        var counts = UrlCounts.Of(results);
        lock (_lock)
        {
            _counts += counts - task.Counts;
            task.Results = results;
            task.Counts = counts;

            return task.IsDone && _open.Remove(task.Id);
        }
    }

    private sealed class OpenTask(string id, IReadOnlyCollection<string>? urls, int number)
    {
        public string Id { get; } = id;

        public int Number { get; } = number;

        public IReadOnlyList<UrlResult> Results { get; set; } = [];

        public UrlCounts Counts { get; set; }

        /// <summary>Whether it has finished. One without results has not.</summary>
        public bool IsDone => urls is null
            ? Results.Count > 0 && Counts.Open == 0
            : urls.All(url => Results.Any(result => result.Url == url && PreheatStatus.IsFinal(result.Status)));

        /// <summary>Whether the query in flight was started after the timeout.</summary>
        public bool IsLastQuery { get; set; }
    }

    private readonly record struct UrlCounts(int Succeeded, int Failed, int Open)
    {
        public static UrlCounts Of(IReadOnlyList<UrlResult> results)
        {
            int succeeded = results.Count(static result => PreheatStatus.IsSucceed(result.Status));
            int failed = results.Count(static result => PreheatStatus.IsFailed(result.Status));
            return new UrlCounts(succeeded, failed, results.Count - succeeded - failed);
        }

        public static UrlCounts operator +(UrlCounts left, UrlCounts right) =>
            new(left.Succeeded + right.Succeeded, left.Failed + right.Failed, left.Open + right.Open);

        public static UrlCounts operator -(UrlCounts left, UrlCounts right) =>
            new(left.Succeeded - right.Succeeded, left.Failed - right.Failed, left.Open - right.Open);
    }
}
