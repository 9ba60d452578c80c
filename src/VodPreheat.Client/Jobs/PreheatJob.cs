using System.Globalization;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;
using VodPreheat.Client.Polling;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Jobs;

/// <summary>
/// The whole job for a list of URLs: submits them, waits for their tasks at the same time, and submits failed URLs again. Every URL
/// has exactly one outcome, whatever happens.
/// </summary>
/// <remarks>
/// Not safe to share between threads: all state changes in <see cref="NextAsync"/>, of which one runs at a time. At most one
/// submission is in flight, because the service limits them per minute.
/// </remarks>
public sealed class PreheatJob : IDisposable
{
    // During an outage, one submission is tried in this time at least, unless the interval is longer.
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(1);

    private readonly PreheatJobSettings _settings;
    private readonly InvocationContext _context;
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly Dictionary<string, JobUrl> _urls = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<JobUrl>> _tasks = new(StringComparer.Ordinal);
    private readonly SubmissionQueue _queue;
    private readonly Queue<UrlOutcome> _outcomes = new();
    private readonly PreheatTaskPoller _poller;
    private readonly CancellationTokenSource _stopSubmitting;
    private readonly Submitter _submitter;

    private JobUrl[] _request = [];
    private Task<SubmissionAnswer>? _submission;
    private DateTimeOffset _submittedAt;
    private Task<PollAnswer?>? _poll;
    private TimeSpan _pausedUntil;
    private int _pausesInARow;
    private bool _canQuery = true;
    private int _ended;
    private int _loaded;
    private int _inTasks;

    /// <summary>Starts the timeout of the job; nothing is sent yet.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="urls">The URLs; a repeated one counts once (ordinal comparison).</param>
    /// <param name="settings">The settings of the job.</param>
    /// <param name="context">The invocation that the job belongs to.</param>
    /// <param name="clock">The clock for intervals and the timeout.</param>
    public PreheatJob(
        VodClient client, IEnumerable<string> urls, PreheatJobSettings settings, InvocationContext context, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(urls);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(clock);
        _settings = settings;
        _context = context.With(needsJournal: settings.Resumption is not null, context.Cancellation).Persistent();
        _clock = clock;
        _start = clock.GetTimestamp();
        _queue = new SubmissionQueue(settings.PollInterval);
        _poller = new PreheatTaskPoller(client, settings.PollInterval, settings.Timeout, _context, clock);
        _stopSubmitting = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        _submitter = new Submitter(client, _context.With(_stopSubmitting.Token));
        foreach (string url in urls)
        {
            _urls.TryAdd(url, new JobUrl(url));
        }

        foreach (ResumedTask task in settings.Resumption?.Tasks ?? [])
        {
            Resume(task);
        }

        foreach (JobUrl url in _urls.Values.Where(static url => !url.IsResumed))
        {
            if (PreheatUrl.FaultOf(url.Url) is { } fault)
            {
                End(url, OutcomeStatus.Rejected, ErrorIds.InvalidUrl, fault.What);
            }
            else
            {
                // They need not wait for others: nothing was submitted yet that could fail.
                _queue.Add(url, now: -settings.PollInterval);
            }
        }
    }

    /// <summary>The failure after which nothing more could be submitted, or queried either; null if there was none.</summary>
    public VodClientException? Failure { get; private set; }

    /// <summary>Whether a URL was left because the job timed out.</summary>
    public bool HasTimedOut { get; private set; }

    /// <summary>The progress of the job. Can be read while <see cref="NextAsync"/> runs.</summary>
    public JobProgress Progress => new(
        _urls.Count, Volatile.Read(ref _inTasks), Volatile.Read(ref _loaded), Volatile.Read(ref _ended) - Volatile.Read(ref _loaded));

    private TimeSpan Elapsed => _clock.GetElapsedTime(_start);

    private bool IsTimeUp => Elapsed >= _settings.Timeout;

    private bool CanSubmit => Failure is null && !IsTimeUp;

    /// <summary>The outcome of the next URL, in the order in which they finish; null after the last.</summary>
    /// <exception cref="OperationCanceledException">The invocation was stopped.</exception>
    public async Task<UrlOutcome?> NextAsync()
    {
        UrlOutcome? outcome;
        while (!_outcomes.TryDequeue(out outcome) && _ended < _urls.Count)
        {
            await StepAsync().ConfigureAwait(false);
        }

        return outcome;
    }

    /// <summary>Cancels what is in progress. Can be called again.</summary>
    public void Dispose() =>
        // Not disposed: a submission that is just ending still uses the token.
        _stopSubmitting.Cancel();

    /// <summary>Starts what can be started, waits for the first event, and handles it.</summary>
    private async Task StepAsync()
    {
        if (!CanSubmit)
        {
            // Cancels a submission that waits for its turn; the answer to one that was sent is waited for.
            await _stopSubmitting.CancelAsync().ConfigureAwait(false);
        }

        if (_poll is null && _tasks.Count > 0 && _canQuery)
        {
            _poll = _poller.NextAnswerAsync();
        }

        TimeSpan? due = StartSubmission();
        if (_submission is null && (_poll is null || !_canQuery) && (!CanSubmit || _queue.IsEmpty))
        {
            EndAll();
            return;
        }

        await WaitAsync(due ?? _settings.Timeout).ConfigureAwait(false);
        if (_submission is { IsCompleted: true } submission)
        {
            _submission = null;
            HandleSubmission(await submission.ConfigureAwait(false));
        }

        if (_poll is { IsCompleted: true } poll)
        {
            _poll = null;
            HandleAnswer(await poll.ConfigureAwait(false));
        }
    }

    private async Task WaitAsync(TimeSpan due)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_context.Cancellation);
        Task alarm = IsTimeUp
            ? Task.Delay(Timeout.InfiniteTimeSpan, over.Token)
            : BackgroundWork.DelayAsync((due < _settings.Timeout ? due : _settings.Timeout) - Elapsed, _clock, over.Token);
        await Task.WhenAny(new Task?[] { _submission, _poll, alarm }.OfType<Task>()).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        _context.Cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Starts the next submission if it is due; else returns when it is, or null if there is none.</summary>
    private TimeSpan? StartSubmission()
    {
        if (_submission is not null || !CanSubmit)
        {
            return null;
        }

        bool canBeFilled = _tasks.Values.Any(open => open.Exists(HasAttemptsLeft));
        TimeSpan? due = _queue.DueAt(canBeFilled ? _poller.NextQueryAt : null);
        due = due < _pausedUntil ? _pausedUntil : due;
        if (due is null || due > Elapsed)
        {
            return due;
        }

        _request = _queue.Take();
        _submittedAt = _clock.GetLocalNow();
        _submission = _submitter.SubmitAsync([.. _request.Select(static url => url.Url)]);
        return null;
    }

    private void HandleSubmission(SubmissionAnswer answer)
    {
        _pausesInARow = answer.Failure is { PausesSubmissions: true } ? _pausesInARow + 1 : 0;
        if (_pausesInARow > 0)
        {
            Pause(answer.Failure!.RetryAfter);
        }

        switch (answer.Fate)
        {
            case SubmissionFate.Accepted:
                Accept(answer.Submission!);
                break;
            case SubmissionFate.Unknown:
                EndRequest(OutcomeStatus.Unknown, answer.Failure!);
                break;
            case SubmissionFate.Divided:
                _queue.Divide(_request);
                break;
            case SubmissionFate.Refused:
                EndRequest(OutcomeStatus.Rejected, answer.Failure!);
                break;
            default:
                _queue.Return(_request);
                break;
        }

        if (_submitter.End is { } end)
        {
            // What was accepted before is waited for, unless it cannot be queried either.
            _canQuery &= !end.EndsEverything;
            EndSubmitting(end);
        }
        else if (Failure is not null)
        {
            EndQueue();
        }
    }

    private void Accept(Submission submission)
    {
        foreach (JobUrl url in _request)
        {
            Interlocked.Add(ref _inTasks, url.TaskId is null ? 1 : 0);
            url.Submitted(submission.SubmittedAt, submission.TaskId);
        }

        Track(submission.TaskId!, _request, _request.Length, _clock.GetUtcNow());
    }

    private void EndRequest(string status, VodClientException failure)
    {
        foreach (JobUrl url in _request)
        {
            url.Submitted(_submittedAt, taskId: null);
            End(url, status, failure.ErrorCode, failure.What);
        }
    }

    /// <summary>Submitting pauses: for an interval, then twice as long each time in a row, and as long as the service asks for.</summary>
    private void Pause(TimeSpan? retryAfter)
    {
        TimeSpan pause = _settings.PollInterval * Math.Pow(2, Math.Min(_pausesInARow - 1, 10));
        TimeSpan longest = _settings.PollInterval > s_longestPause ? _settings.PollInterval : s_longestPause;
        pause = pause < longest ? pause : longest;

        // The last try is not left out because the pause before it would be longer than the time that is left.
        TimeSpan last = _settings.Timeout - Elapsed - _settings.PollInterval;
        pause = pause > last && last > TimeSpan.Zero ? last : pause;
        _pausedUntil = Elapsed + (retryAfter > pause ? retryAfter.Value : pause);
    }

    private void EndSubmitting(VodClientException failure)
    {
        Failure ??= failure;
        EndQueue();
    }

    private void Track(string taskId, IReadOnlyCollection<JobUrl> urls, int urlCount, DateTimeOffset submittedAt)
    {
        // If the service returns an ID twice, no URL must wait forever: results are matched by their URLs.
        List<JobUrl> open = _tasks.TryGetValue(taskId, out List<JobUrl>? tracked) ? tracked : _tasks[taskId] = [];
        open.AddRange(urls);
        _poller.Add(taskId, [.. open.Select(static url => url.Url)], urlCount, submittedAt);
    }

    private void HandleAnswer(PollAnswer? answered)
    {
        if (answered is not { } answer)
        {
            // The job timed out, and every task was queried a last time.
            _tasks.Clear();
            return;
        }

        List<JobUrl> open = _tasks[answer.TaskId];
        if (answer.HasEnded)
        {
            _tasks.Remove(answer.TaskId);
        }

        if (answer.Failure is { } failure)
        {
            HandleFailure(open, failure);
            return;
        }

        foreach (JobUrl url in open.ToArray())
        {
            // A result of a URL that was not submitted, or that already has an outcome, is ignored.
            UrlResult? result = UrlMatch.Find(url.Url, answer.Results)
                ?? (answer.HasEnded ? UrlMatch.FindEquivalent(url.Url, answer.Results) : null);
            if (result is { } found)
            {
                HandleStatus(url, found.Status, open);
            }
            else if (answer.HasEnded)
            {
                End(url, OutcomeStatus.Unknown, ErrorIds.UnexpectedResponse, "Its task has finished, and no result of the task is for this URL.");
            }
        }
    }

    private void HandleStatus(JobUrl url, string status, List<JobUrl> open)
    {
        url.LastStatus = status;
        if (PreheatStatus.IsSucceed(status))
        {
            open.Remove(url);
            End(url, status);
            Interlocked.Increment(ref _loaded);
        }
        else if (PreheatStatus.IsFailed(status))
        {
            open.Remove(url);
            if (HasAttemptsLeft(url) && CanSubmit)
            {
                _queue.Add(url, Elapsed);
            }
            else
            {
                VodClientException? prevented = HasAttemptsLeft(url) ? Failure : null;
                End(url, status, prevented?.ErrorCode, prevented?.What);
            }
        }
    }

    // What an earlier run submitted can be submitted once by this run, whatever the maximum is.
    private bool HasAttemptsLeft(JobUrl url) => url.Attempts <= _settings.MaximumResubmit + (url.IsResumed ? 1 : 0);

    /// <summary>Handles the URLs of a task that can no longer be queried.</summary>
    private void HandleFailure(List<JobUrl> urls, VodClientException failure)
    {
        if (failure.EndsQueries)
        {
            // A submission that is under way still has its answer.
            _canQuery = false;
            EndSubmitting(failure);
            return;
        }

        foreach (JobUrl url in urls)
        {
            // A task of an earlier run that the service no longer has says nothing about the URL.
            if (failure.Kind == FailureKind.NotFound && url.IsResumed && url.Attempts == 1 && CanSubmit)
            {
                _queue.Add(url, Elapsed);
            }
            else
            {
                End(url, OutcomeStatus.Unknown, failure.ErrorCode, failure.What);
            }
        }
    }

    /// <summary>Ends all URLs that are left.</summary>
    private void EndAll()
    {
        EndQueue();
        foreach (JobUrl url in _urls.Values.Where(static url => !url.HasEnded))
        {
            // What was accepted is waited for, whatever ended submitting, as long as it can be queried.
            EndEarly(url, PreheatStatus.Processing, _canQuery ? null : Failure);
        }
    }

    /// <summary>Ends all URLs that wait to be submitted; one that waits to be submitted again has failed before.</summary>
    private void EndQueue()
    {
        foreach (JobUrl url in _queue.TakeAll())
        {
            EndEarly(url, OutcomeStatus.NotSubmitted, Failure);
        }
    }

    /// <param name="url">The URL.</param>
    /// <param name="statusWithoutResult">Its status if the service has reported none.</param>
    /// <param name="cause">Why it ends; null if the job timed out.</param>
    private void EndEarly(JobUrl url, string statusWithoutResult, VodClientException? cause)
    {
        HasTimedOut |= cause is null;
        End(
            url,
            string.IsNullOrEmpty(url.LastStatus) ? statusWithoutResult : url.LastStatus,
            cause?.ErrorCode ?? ErrorIds.WaitTimeout,
            cause?.What ?? string.Create(CultureInfo.InvariantCulture, $"The job timed out after {_settings.Timeout.TotalSeconds:0.#} s."));
    }

    private void End(JobUrl url, string status, string? errorCode = null, string? detail = null)
    {
        _outcomes.Enqueue(url.End(status, _clock, errorCode, detail));
        Interlocked.Increment(ref _ended);
    }

    private void Resume(ResumedTask task)
    {
        JobUrl[] urls = [.. task.Urls.Select(url => _urls[url])];
        foreach (JobUrl url in urls)
        {
            url.Submitted(task.Submission.SubmittedAt, task.Submission.TaskId);
            url.IsResumed = true;
        }

        _inTasks += urls.Length;
        Track(task.Submission.TaskId!, urls, task.Submission.Urls.Count, task.Submission.SubmittedAt);
    }
}
