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
    private readonly PreheatJobSettings _settings;
    private readonly InvocationContext _context;
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly JobUrls _urls;
    private readonly JobTasks _tasks = new();
    private readonly SubmissionQueue _queue;
    private readonly SubmissionPause _pause;
    private readonly PreheatTaskPoller _poller;
    private readonly CancellationTokenSource _stopSubmitting;
    private readonly Submitter _submitter;

    private JobUrl[] _request = [];
    private Task<SubmissionAnswer>? _submission;
    private DateTimeOffset _submittedAt;
    private Task<PollAnswer?>? _poll;

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
        _urls = new JobUrls(urls, clock);
        _queue = new SubmissionQueue(settings.PollInterval);
        _pause = new SubmissionPause(settings.PollInterval, settings.Timeout);
        _poller = new PreheatTaskPoller(client, settings.PollInterval, settings.Timeout, _context, clock);
        _stopSubmitting = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        _submitter = new Submitter(client, _context.With(_stopSubmitting.Token));
        foreach (ResumedTask task in settings.Resumption?.Tasks ?? [])
        {
            Resume(task);
        }

        foreach (JobUrl url in _urls.Open.Where(static url => !url.IsResumed))
        {
            if (PreheatUrl.FaultOf(url.Url) is { } fault)
            {
                _urls.End(url, OutcomeStatus.Rejected, ErrorIds.InvalidUrl, fault.What);
            }
            else
            {
                // They need not wait for others: nothing was submitted yet that could fail.
                _queue.Add(url, now: -settings.PollInterval);
            }
        }
    }

    /// <summary>The failure after which nothing more could be submitted; null if there was none.</summary>
    public VodClientException? Failure { get; private set; }

    /// <summary>The failure after which no task could be queried: the same, or a later one; null if there was none.</summary>
    public VodClientException? QueryFailure { get; private set; }

    /// <summary>Whether a URL was left because the job timed out.</summary>
    public bool HasTimedOut { get; private set; }

    /// <summary>The progress of the job. Can be read while <see cref="NextAsync"/> runs.</summary>
    public JobProgress Progress => _urls.Progress;

    private TimeSpan Elapsed => _clock.GetElapsedTime(_start);

    /// <summary>Whether the timeout of the job is over.</summary>
    internal bool IsTimeUp => Elapsed >= _settings.Timeout;

    private bool CanSubmit => Failure is null && !IsTimeUp;

    /// <summary>The outcome of the next URL, in the order in which they finish; null after the last.</summary>
    /// <exception cref="OperationCanceledException">The invocation was stopped.</exception>
    public async Task<UrlOutcome?> NextAsync()
    {
        UrlOutcome? outcome;
        while (!_urls.TryTakeOutcome(out outcome) && Progress.Open > 0)
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

        if (_poll is null && !_tasks.IsEmpty && QueryFailure is null)
        {
            _poll = _poller.NextAnswerAsync();
        }

        TimeSpan? due = StartSubmission();
        if (_submission is null && (_poll is null || QueryFailure is not null) && (!CanSubmit || _queue.IsEmpty))
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

        bool canBeFilled = _tasks.Urls.Any(HasAttemptsLeft);
        TimeSpan? due = _queue.DueAt(canBeFilled ? _poller.NextQueryAt : null);
        due = due < _pause.EndsAt ? _pause.EndsAt : due;
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
        _pause.After(answer.Failure, Elapsed);
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
            QueryFailure ??= end.EndsEverything ? end : null;
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
            _urls.Submit(url, submission.SubmittedAt, submission.TaskId);
        }

        Track(submission.TaskId!, _request, _request.Length, _clock.GetUtcNow());
    }

    private void EndRequest(string status, VodClientException failure)
    {
        foreach (JobUrl url in _request)
        {
            _urls.Submit(url, _submittedAt, taskId: null);
            _urls.End(url, status, failure.ErrorCode, failure.What);
        }
    }

    private void EndSubmitting(VodClientException failure)
    {
        Failure ??= failure;
        EndQueue();
    }

    private void Track(string taskId, IReadOnlyCollection<JobUrl> urls, int urlCount, DateTimeOffset submittedAt)
    {
        string[] open = [.. _tasks.Add(taskId, urls).Select(static url => url.Url)];
        _poller.Add(taskId, open, urlCount, submittedAt);
    }

    private void HandleAnswer(PollAnswer? answered)
    {
        if (answered is not { } answer)
        {
            // The job timed out, and every task was queried a last time.
            _tasks.Clear();
            return;
        }

        if (answer.Failure is { EndsQueries: true } end)
        {
            // The answer to a submission in flight is still waited for.
            QueryFailure ??= end;
            EndSubmitting(end);
        }

        foreach ((JobUrl url, string? status) in _tasks.Handle(answer))
        {
            if (answer.Failure is { } failure)
            {
                HandleFailure(url, failure);
            }
            else
            {
                HandleStatus(url, status);
            }
        }
    }

    /// <summary>Handles the status of a URL; null if its task has finished without one.</summary>
    private void HandleStatus(JobUrl url, string? status)
    {
        url.LastStatus = status;
        if (status is null)
        {
            _urls.End(url, OutcomeStatus.Unknown, ErrorIds.UnexpectedResponse, "Its task has finished, and no result of the task is for this URL.");
        }
        else if (PreheatStatus.IsSucceed(status))
        {
            _urls.End(url, status);
        }
        else if (PreheatStatus.IsFailed(status))
        {
            if (HasAttemptsLeft(url) && CanSubmit)
            {
                _queue.Add(url, Elapsed);
            }
            else
            {
                VodClientException? prevented = HasAttemptsLeft(url) ? Failure : null;
                _urls.End(url, status, prevented?.ErrorCode, prevented?.What);
            }
        }
    }

    // What an earlier run submitted can be submitted once by this run, whatever the maximum is.
    private bool HasAttemptsLeft(JobUrl url) => url.Attempts <= _settings.MaximumResubmit + (url.IsResumed ? 1 : 0);

    /// <summary>Handles a URL of a task that can no longer be queried.</summary>
    private void HandleFailure(JobUrl url, VodClientException failure)
    {
        // A task of an earlier run that the service no longer has says nothing about the URL.
        if (failure.Kind == FailureKind.NotFound && url.IsResumed && url.Attempts == 1 && CanSubmit)
        {
            _queue.Add(url, Elapsed);
        }
        else if (!failure.EndsQueries)
        {
            _urls.End(url, OutcomeStatus.Unknown, failure.ErrorCode, failure.What);
        }
    }

    /// <summary>Ends all URLs that are left.</summary>
    private void EndAll()
    {
        EndQueue();
        foreach (JobUrl url in _urls.Open)
        {
            // What was accepted is waited for, whatever ended submitting, as long as it can be queried.
            EndUnfinished(url, PreheatStatus.Processing, QueryFailure);
        }
    }

    /// <summary>Ends all URLs that wait to be submitted; one that waits to be submitted again has failed before.</summary>
    private void EndQueue()
    {
        foreach (JobUrl url in _queue.TakeAll())
        {
            EndUnfinished(url, OutcomeStatus.NotSubmitted, Failure);
        }
    }

    /// <param name="url">The URL.</param>
    /// <param name="statusWithoutResult">Its status if the service has reported none.</param>
    /// <param name="cause">Why it ends; null if the job timed out.</param>
    private void EndUnfinished(JobUrl url, string statusWithoutResult, VodClientException? cause)
    {
        HasTimedOut |= cause is null;
        _urls.End(
            url,
            string.IsNullOrEmpty(url.LastStatus) ? statusWithoutResult : url.LastStatus,
            cause?.ErrorCode ?? ErrorIds.WaitTimeout,
            cause?.What ?? _context.Service.Explain(
                string.Create(CultureInfo.InvariantCulture, $"The job timed out after {_settings.Timeout.TotalSeconds:0.#} s.")));
    }

    private void Resume(ResumedTask task)
    {
        JobUrl[] urls = [.. task.Urls.Select(url => _urls[url])];
        foreach (JobUrl url in urls)
        {
            _urls.Submit(url, task.Submission.SubmittedAt, task.Submission.TaskId);
            url.IsResumed = true;
        }

        Track(task.Submission.TaskId!, urls, task.Submission.Urls.Count, task.Submission.SubmittedAt);
    }
}
