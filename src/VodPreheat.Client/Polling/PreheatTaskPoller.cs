using System.Globalization;
using VodPreheat.Client.Concurrency;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Json;

namespace VodPreheat.Client.Polling;

/// <summary>How a task's wait ended: with rows that are all final, or with a failure after which polling makes no sense.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Rows">The final rows; empty after a failure.</param>
/// <param name="Failure">The failure; null when the task is done.</param>
public readonly record struct PollEnd(string TaskId, IReadOnlyList<PreheatingRow> Rows, VodClientException? Failure);

/// <summary>How far a wait has come.</summary>
public readonly record struct PollProgress(int Tasks, int TasksEnded, int UrlsSucceeded, int UrlsFailed, int UrlsOpen);

/// <summary>
/// Polls tasks until all their rows are final. Each open task is asked again an interval after its last answer, and the one that
/// has waited longest goes first, so that none starves under the connection's pace.
/// </summary>
/// <param name="client">The connection.</param>
/// <param name="taskIds">The tasks, each once.</param>
/// <param name="interval">Time from an answer to the next query of the same task.</param>
/// <param name="timeout">When to give up on the tasks that are open then.</param>
/// <param name="scope">The invocation that waits.</param>
/// <param name="clock">The clock of interval and time-out.</param>
public sealed class PreheatTaskPoller(
    VodClient client, IReadOnlyCollection<string> taskIds, TimeSpan interval, TimeSpan timeout, InvocationContext scope, TimeProvider clock)
{
    /// <summary>The most queries in flight.</summary>
    private const int MaxInFlight = 8;

    private readonly DateTimeOffset _deadline = clock.GetUtcNow() + timeout;
    private readonly Queue<(string TaskId, DateTimeOffset Due)> _waiting = new(taskIds.Select(static id => (id, DateTimeOffset.MinValue)));
    private readonly Dictionary<Task<IReadOnlyList<PreheatingRow>>, string> _inFlight = [];

    // Read by the pipeline thread for its progress bar while a poll runs elsewhere. Of a task that has ended only the counts
    // are kept: its rows may be many, and they have been handed on.
    private readonly object _lock = new();
    private readonly Dictionary<string, IReadOnlyList<PreheatingRow>> _openRows = new(StringComparer.Ordinal);
    private PollProgress _ended = new() { Tasks = taskIds.Count };

    /// <summary>Time left until the time-out.</summary>
    public TimeSpan Remaining => _deadline - clock.GetUtcNow();

    /// <summary>How far the wait has come.</summary>
    public PollProgress Progress
    {
        get
        {
            lock (_lock)
            {
                return _openRows.Values.Aggregate(_ended, Count);
            }
        }
    }

    /// <summary>The tasks that have not ended, in the order of the input.</summary>
    public IReadOnlyList<string> OpenTasks
    {
        get
        {
            HashSet<string> open = [.. _waiting.Select(static waiting => waiting.TaskId), .. _inFlight.Values];
            return [.. taskIds.Where(open.Contains)];
        }
    }

    /// <summary>What the last query of a task said; empty if it had no rows yet.</summary>
    public IReadOnlyList<PreheatingRow> LastRows(string taskId)
    {
        lock (_lock)
        {
            return _openRows.GetValueOrDefault(taskId) ?? [];
        }
    }

    /// <summary>The next task that ends, in the order in which they do; null when none is open or the time is up.</summary>
    /// <exception cref="OperationCanceledException">The scope was cancelled.</exception>
    public async Task<PollEnd?> NextAsync()
    {
        while (_inFlight.Count + _waiting.Count > 0 && clock.GetUtcNow() < _deadline)
        {
            StartDueQueries();
            if (await NextAnswerAsync().ConfigureAwait(false) is not { } answered)
            {
                continue;
            }

            _inFlight.Remove(answered, out string? taskId);
            if (Judge(taskId!, answered) is { } end)
            {
                return end;
            }

            _waiting.Enqueue((taskId!, clock.GetUtcNow() + interval));
        }

        return null;
    }

    private void StartDueQueries()
    {
        DateTimeOffset now = clock.GetUtcNow();
        while (_inFlight.Count < MaxInFlight && _waiting.TryPeek(out (string TaskId, DateTimeOffset Due) next) && next.Due <= now)
        {
            _waiting.Dequeue();
            Task<IReadOnlyList<PreheatingRow>> query = client.GetPreheatingResultsAsync(next.TaskId, scope);
            TaskWaiter.Forget(query); // Nobody looks at it any more once the time is up.
            _inFlight.Add(query, next.TaskId);
        }
    }

    /// <summary>Waits for an answer, for the next query to be due or for the time-out, whichever comes first; null unless an answer came.</summary>
    private async Task<Task<IReadOnlyList<PreheatingRow>>?> NextAnswerAsync()
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(scope.Cancellation);
        DateTimeOffset wake = _deadline;
        if (_inFlight.Count < MaxInFlight && _waiting.TryPeek(out (string TaskId, DateTimeOffset Due) next) && next.Due < wake)
        {
            wake = next.Due;
        }

        Task alarm = TaskWaiter.DelayAsync(wake - clock.GetUtcNow(), clock, over.Token);
        Task first = await Task.WhenAny([.. _inFlight.Keys, alarm]).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        scope.Cancellation.ThrowIfCancellationRequested();
        return first as Task<IReadOnlyList<PreheatingRow>>;
    }

    private PollEnd? Judge(string taskId, Task<IReadOnlyList<PreheatingRow>> answered)
    {
        try
        {
            IReadOnlyList<PreheatingRow> rows = answered.GetAwaiter().GetResult();
            lock (_lock)
            {
                _openRows[taskId] = rows;
            }

            // No rows yet is not "all done".
            return rows.Count > 0 && rows.All(static row => PreheatStatus.IsFinal(row.Status)) ? Ended(new PollEnd(taskId, rows, Failure: null)) : null;
        }
        catch (VodClientException failure) when (failure.Kind is FailureKind.ConnectionFailed or FailureKind.Timeout
            or FailureKind.Throttled or FailureKind.Unavailable or FailureKind.UnexpectedResponse)
        {
            scope.Trace(string.Create(
                CultureInfo.InvariantCulture, $"Task {taskId} is asked again in {interval.TotalSeconds:0.#} s after a passing fault: {failure.What}"));
            return null;
        }
        catch (VodClientException failure)
        {
            return Ended(new PollEnd(taskId, [], failure));
        }
    }

    private PollEnd Ended(PollEnd end)
    {
        lock (_lock)
        {
            _openRows.Remove(end.TaskId);
            _ended = Count(_ended with { TasksEnded = _ended.TasksEnded + 1 }, end.Rows);
        }

        return end;
    }

    private static PollProgress Count(PollProgress before, IReadOnlyList<PreheatingRow> rows)
    {
        int succeeded = rows.Count(static row => PreheatStatus.IsSucceed(row.Status));
        int failed = rows.Count(static row => PreheatStatus.IsFailed(row.Status));
        return before with
        {
            UrlsSucceeded = before.UrlsSucceeded + succeeded,
            UrlsFailed = before.UrlsFailed + failed,
            UrlsOpen = before.UrlsOpen + rows.Count - succeeded - failed,
        };
    }
}
