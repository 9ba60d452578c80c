using System.Globalization;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Polling;

/// <summary>
/// Polls tasks until all their URLs have finished. Each open task is queried an interval after it was accepted, and again an interval
/// after its last answer, the one that has waited longest first. If there are more of them than the rate limit allows in an interval,
/// the queries are spread evenly over the minute. After the timeout every open task is queried once more: what finished during the last
/// wait counts, however long that was, such as when the machine slept.
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

    private readonly InvocationContext _context = context.Persistent();
    private readonly long _start = clock.GetTimestamp();

    // Shared with the caller's thread, which adds tasks and reads the progress while a poll runs.
    private readonly OpenTasks _tasks = new();

    // Used only by the poll, of which there is one at a time.
    private readonly List<(OpenTask Open, Task<IReadOnlyList<UrlResult>> Query)> _inFlight = new(MaxInFlight);
    private TimeSpan? _giveUpAt;
    private bool _hasWaitedForHold;

    // When the rate limit has room for the next query, if there are more tasks than it allows in an interval.
    private TimeSpan _nextQueryAt;

    // While the service cannot be reached, one query is sent at a time, an interval after the one before it.
    private TimeSpan _pausedUntil;

    /// <summary>Time left until the timeout; zero afterwards.</summary>
    public TimeSpan Remaining => timeout - Now is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>The progress of the wait.</summary>
    public PollProgress Progress => _tasks.Progress;

    /// <summary>The tasks that have not ended, in the order in which they were added.</summary>
    public IReadOnlyList<string> OpenTasks => _tasks.Ids;

    private TimeSpan Now => clock.GetElapsedTime(_start);

    private bool IsTimeUp => Now >= timeout;

    /// <summary>The time from one query to the next.</summary>
    private TimeSpan Spacing
    {
        get
        {
            int perMinute = client.QueryLimit.PerMinute;
            TimeSpan spacing = perMinute > 0 ? TimeSpan.FromMinutes(1) / perMinute : TimeSpan.Zero;
            return spacing * _tasks.Count > interval ? spacing : TimeSpan.Zero;
        }
    }

    private bool MayQuery => _inFlight.Count < (_context.Service.IsUnreachable ? 1 : MaxInFlight);

    /// <summary>Adds a task; also while <see cref="NextAnswerAsync"/> runs. One that is already open is not added again.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="submittedAt">When it was submitted, so that it is not queried too early; null queries it immediately.</param>
    public void Add(string taskId, DateTimeOffset? submittedAt = null) => Add(taskId, urls: null, urlCount: 0, submittedAt);

    /// <inheritdoc cref="Add(string, DateTimeOffset?)"/>
    /// <param name="taskId">The task.</param>
    /// <param name="urls">The URLs with which the task ends, whatever other results it has; null for those that the service returns.</param>
    /// <param name="urlCount">How many URLs were submitted with it.</param>
    /// <param name="submittedAt">When it was submitted.</param>
    internal void Add(string taskId, IReadOnlyCollection<string>? urls, int urlCount, DateTimeOffset? submittedAt)
    {
        TimeSpan wait = submittedAt is { } at ? at - clock.GetUtcNow() + interval : TimeSpan.Zero;
        _tasks.Add(taskId, urls, urlCount, Now + TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, interval.Ticks)));
    }

    /// <summary>When the next query is due, in time since the start; now if one is in flight; null if no task is open.</summary>
    internal TimeSpan? NextQueryAt => _tasks.Next switch
    {
        (true, _) => TimeSpan.Zero,
        (_, { } due) => ReadyAt(due),
        _ => null,
    };

    /// <summary>The last results of an open task; empty if there were none yet, or if the task has ended.</summary>
    public IReadOnlyList<UrlResult> LastResults(string taskId) => _tasks.LastResults(taskId);

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
            _context.Cancellation.ThrowIfCancellationRequested();

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
            if (_inFlight.Count == 0 && _tasks.Next.Due is null)
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
        while (MayQuery && TakeDue() is { } task)
        {
            Task<IReadOnlyList<UrlResult>> query = client.GetPreheatingResultsAsync(task.Id, _context);
            BackgroundWork.IgnoreFailure(query); // It is abandoned when the poll is given up.
            _inFlight.Add((task, query));
            _nextQueryAt = Now + Spacing;
        }
    }

    private OpenTask? TakeDue()
    {
        bool isLast = IsTimeUp;
        if (_tasks.Next.Due is not { } due || (!isLast && ReadyAt(due) > Now))
        {
            return null;
        }

        OpenTask task = _tasks.Take();
        task.IsLastQuery = isLast;
        return task;
    }

    /// <summary>When a task that is due can be queried.</summary>
    private TimeSpan ReadyAt(TimeSpan due)
    {
        TimeSpan ready = due > _nextQueryAt ? due : _nextQueryAt;
        return _context.Service.IsUnreachable && _pausedUntil > ready ? _pausedUntil : ready;
    }

    /// <summary>Whether the wait has timed out and no answer to a last query is to be expected.</summary>
    private bool IsGivenUp()
    {
        TimeSpan now = Now;
        if (now < timeout)
        {
            return false;
        }

        // Queries that the rate limit holds have not been sent yet. One that the service throttles again after each hold would go on
        // for hours if others use up the limit of the account.
        _giveUpAt ??= now + s_maxLastWait;
        RateLimitStatus limit = client.QueryLimit;
        if (limit.HeldFor is { Ticks: > 0 } held && now + held + s_maxLastWait > _giveUpAt && !(limit.IsThrottled && _hasWaitedForHold))
        {
            _giveUpAt = now + held + s_maxLastWait;
            _hasWaitedForHold |= limit.IsThrottled;
        }

        return now >= _giveUpAt;
    }

    /// <summary>Waits for an answer, an added task, the next query to be due or the timeout, whichever comes first.</summary>
    private async Task WaitAsync()
    {
        TimeSpan wake = _giveUpAt ?? timeout;
        Task added = _tasks.NextAdded();
        if (MayQuery && _tasks.Next.Due is { } due && ReadyAt(due) is var ready && ready < wake)
        {
            wake = ready;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(_context.Cancellation);
        Task alarm = BackgroundWork.DelayAsync(wake - Now, clock, over.Token);
        await Task.WhenAny([.. _inFlight.Select(static started => started.Query), added, alarm]).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Handles the answer to a query; null if it failed temporarily.</summary>
    private PollAnswer? HandleAnswer(OpenTask task, Task<IReadOnlyList<UrlResult>> answered)
    {
        TimeSpan pause = interval;
        PollAnswer? answer = null;
        try
        {
            IReadOnlyList<UrlResult> results = answered.GetAwaiter().GetResult();
            if (_giveUpAt is not null)
            {
                // Only for an answer: failures could go on for as long as there are tasks.
                _giveUpAt = Now + s_maxLastWait;
            }

            answer = new PollAnswer(task.Id, results, Failure: null, _tasks.SetResults(task, results));
            if (answer.Value.HasEnded)
            {
                return answer;
            }
        }
        catch (VodClientException failure) when (failure.IsTemporary)
        {
            pause = failure.RetryAfter > interval ? failure.RetryAfter.Value : interval;
            if (_context.Service.IsUnreachable)
            {
                _pausedUntil = Now + interval;
            }

            _context.Trace(string.Create(CultureInfo.InvariantCulture, $"The query of task {task.Id} failed and will be repeated: {failure.What}"));
        }
        catch (VodClientException failure)
        {
            _tasks.Remove(task);
            return new PollAnswer(task.Id, [], failure, HasEnded: true);
        }

        if (!task.IsLastQuery)
        {
            _tasks.Return(task, Now + pause);
        }

        return answer;
    }
}
