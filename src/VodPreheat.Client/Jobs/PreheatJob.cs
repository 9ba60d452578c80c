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
    // How much the clocks of machines that share a journal can differ: the service accepts no signature that is older (api-sign).
    private static readonly TimeSpan s_longestSkew = TimeSpan.FromMinutes(15);

    // A machine whose clock was reset writes lines that look old, and must not hide what was written before them. More than it can
    // submit in a day, because the quota is 1,000 URLs.
    private const int MaxOlderInARow = 1000;

    private readonly VodClient _client;
    private readonly PreheatJobSettings _settings;
    private readonly InvocationContext _context;
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly Dictionary<string, JobUrl> _urls = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<JobUrl>> _tasks = new(StringComparer.Ordinal);
    private readonly SubmissionQueue _queue = new();
    private readonly Queue<UrlOutcome> _outcomes = new();
    private readonly PreheatTaskPoller _poller;
    private readonly CancellationTokenSource _stopSubmitting;
    private readonly InvocationContext _submitContext;

    private JobUrl[] _request = [];
    private Task<Submission>? _submission;
    private DateTimeOffset _submittedAt;
    private Task<PollAnswer?>? _poll;
    private TimeSpan _pausedUntil;
    private int _ended;
    private int _loaded;
    private int _inTasks;

    /// <summary>Starts the timeout of the job; nothing is sent yet.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="urls">The URLs; a repeated one counts once (ordinal comparison).</param>
    /// <param name="settings">The settings of the job.</param>
    /// <param name="context">The invocation that the job belongs to.</param>
    /// <param name="clock">The clock for intervals and the timeout.</param>
    /// <exception cref="VodClientException">VodJournalUnavailable: there is no journal to resume from.</exception>
    public PreheatJob(
        VodClient client, IEnumerable<string> urls, PreheatJobSettings settings, InvocationContext context, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(urls);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(clock);
        _client = client;
        _settings = settings;
        _context = context.With(needsJournal: settings.ResumeSince is not null, context.Cancellation);
        _clock = clock;
        _start = clock.GetTimestamp();
        _poller = new PreheatTaskPoller(client, settings.PollInterval, settings.Timeout, _context, clock);
        _stopSubmitting = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        _submitContext = _context.With(_context.NeedsJournal, _stopSubmitting.Token);
        foreach (string url in urls)
        {
            _urls.TryAdd(url, new JobUrl(url));
        }

        Resume();
        foreach (JobUrl url in _urls.Values.Where(static url => url.TaskId is null))
        {
            if (PreheatUrl.FaultOf(url.Url) is { } fault)
            {
                End(url, OutcomeStatus.Rejected, ErrorIds.InvalidUrl, fault.What);
            }
            else
            {
                _queue.Add(url);
            }
        }
    }

    /// <summary>The failure after which nothing more could be submitted; null if there was none.</summary>
    public VodClientException? Failure { get; private set; }

    /// <summary>Whether the job timed out.</summary>
    public bool HasTimedOut { get; private set; }

    /// <summary>The progress of the job. Can be read while <see cref="NextAsync"/> runs.</summary>
    public JobProgress Progress => new(
        _urls.Count, Volatile.Read(ref _inTasks), Volatile.Read(ref _loaded), Volatile.Read(ref _ended) - Volatile.Read(ref _loaded));

    private TimeSpan Elapsed => _clock.GetElapsedTime(_start);

    private bool IsTimeUp => Elapsed >= _settings.Timeout;

    private bool IsPaused => Elapsed < _pausedUntil;

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

    /// <summary>Cancels what is in progress.</summary>
    public void Dispose()
    {
        _stopSubmitting.Cancel();
        _stopSubmitting.Dispose();
    }

    /// <summary>Starts what can be started, waits for the first event, and handles it.</summary>
    private async Task StepAsync()
    {
        if (IsTimeUp)
        {
            // Cancels a submission that waits for its turn; the answer to one that was sent is waited for.
            await _stopSubmitting.CancelAsync().ConfigureAwait(false);
        }

        StartSubmission();
        if (_poll is null && _tasks.Count > 0)
        {
            _poll = _poller.NextAnswerAsync();
        }

        if (_submission is null && _poll is null && (IsTimeUp || Failure is not null || _queue.IsEmpty))
        {
            EndAll();
            return;
        }

        await WaitAsync().ConfigureAwait(false);
        if (_submission is { IsCompleted: true } submission)
        {
            _submission = null;
            HandleSubmission(submission);
        }

        if (_poll is { IsCompleted: true } poll)
        {
            _poll = null;
            HandleAnswer(await poll.ConfigureAwait(false));
        }
    }

    private async Task WaitAsync()
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_context.Cancellation);
        TimeSpan wake = IsPaused && _submission is null && !_queue.IsEmpty && _pausedUntil < _settings.Timeout ? _pausedUntil : _settings.Timeout;
        Task alarm = IsTimeUp ? Task.Delay(Timeout.InfiniteTimeSpan, over.Token) : BackgroundWork.DelayAsync(wake - Elapsed, _clock, over.Token);
        await Task.WhenAny(new Task?[] { _submission, _poll, alarm }.OfType<Task>()).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        _context.Cancellation.ThrowIfCancellationRequested();
    }

    private void StartSubmission()
    {
        if (_submission is null && Failure is null && !_queue.IsEmpty && !IsPaused && !IsTimeUp)
        {
            _request = _queue.Take();
            _submittedAt = _clock.GetLocalNow();
            _submission = _client.SubmitUrlsAsync([.. _request.Select(static url => url.Url)], _submitContext);
            BackgroundWork.Forget(_submission);
        }
    }

    private void HandleSubmission(Task<Submission> submission)
    {
        try
        {
            Accept(submission.GetAwaiter().GetResult());
        }
        catch (OperationCanceledException)
        {
            // The job timed out before it was sent.
            _queue.Return(_request);
        }
        catch (VodClientException failure)
        {
            Refuse(failure);
        }
    }

    private void Accept(Submission submission)
    {
        foreach (JobUrl url in _request)
        {
            Interlocked.Add(ref _inTasks, url.TaskId is null ? 1 : 0);
            url.Submitted(submission.SubmittedAt, submission.TaskId);
        }

        Track(submission.TaskId!, _request);
    }

    private void Refuse(VodClientException failure)
    {
        switch (failure.Kind)
        {
            case FailureKind.QuotaExceeded:
                // What was accepted before is waited for.
                Failure = failure;
                _queue.Return(_request);
                EndQueue();
                break;
            case var _ when failure.EndsEverything:
                // Without credentials no task can be queried either.
                Failure = failure;
                _queue.Return(_request);
                EndAll();
                break;
            case var _ when failure.OutcomeUnknown:
                Finish(OutcomeStatus.Unknown, failure);
                break;
            case FailureKind.InvalidArgument or FailureKind.NotFound or FailureKind.InvalidOperation when _request.Length > 1:
                _queue.Divide(_request);
                break;
            case FailureKind.ConnectionFailed or FailureKind.Timeout or FailureKind.Throttled:
                // It was not accepted, and may be the next time.
                _pausedUntil = Elapsed + (failure.RetryAfter > _settings.PollInterval ? failure.RetryAfter.Value : _settings.PollInterval);
                _queue.Return(_request);
                break;
            default:
                Finish(OutcomeStatus.Rejected, failure);
                break;
        }

        void Finish(string status, VodClientException failure)
        {
            foreach (JobUrl url in _request)
            {
                url.Submitted(_submittedAt, taskId: null);
                End(url, status, failure.ErrorCode, failure.What);
            }
        }
    }

    private void Track(string taskId, IEnumerable<JobUrl> urls)
    {
        // If the service returns an ID twice, no URL must wait forever: results are matched by their URLs.
        List<JobUrl> open = _tasks.TryGetValue(taskId, out List<JobUrl>? tracked) ? tracked : _tasks[taskId] = [];
        open.AddRange(urls);
        _poller.Add(taskId, [.. open.Select(static url => url.Url)]);
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
        if (answer.Failure is { } failure)
        {
            _tasks.Remove(answer.TaskId);
            Lose(open, failure);
            return;
        }

        foreach (UrlResult result in answer.Results)
        {
            // A result of a URL that was not submitted, or that already has an outcome, is ignored.
            if (_urls.TryGetValue(result.Url, out JobUrl? url) && open.Contains(url))
            {
                HandleStatus(url, result.Status, open);
            }
        }

        if (answer.HasEnded)
        {
            _tasks.Remove(answer.TaskId);
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
            if (MayBeSubmittedAgain(url))
            {
                _queue.Add(url);
            }
            else
            {
                End(url, status, Failure?.ErrorCode, Failure?.What);
            }
        }
    }

    // What an earlier run submitted can be submitted once by this run, whatever the maximum is.
    private bool MayBeSubmittedAgain(JobUrl url) =>
        Failure is null && !IsTimeUp && url.Attempts <= _settings.MaximumResubmit + (url.IsResumed ? 1 : 0);

    /// <summary>Handles the URLs of a task that can no longer be queried.</summary>
    private void Lose(List<JobUrl> urls, VodClientException failure)
    {
        if (failure.EndsEverything)
        {
            Failure = failure;
            EndAll();
            return;
        }

        foreach (JobUrl url in urls)
        {
            // A task of an earlier run that the service no longer has says nothing about the URL.
            if (failure.Kind == FailureKind.NotFound && url.IsResumed && url.Attempts == 1 && Failure is null && !IsTimeUp)
            {
                _queue.Add(url);
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
        HasTimedOut = Failure is null;
        EndQueue();
        foreach (JobUrl url in _urls.Values.Where(static url => !url.HasEnded))
        {
            EndEarly(url, PreheatStatus.Processing);
        }
    }

    /// <summary>Ends all URLs that wait to be submitted; one that waits to be submitted again has failed before.</summary>
    private void EndQueue()
    {
        foreach (JobUrl url in _queue.TakeAll())
        {
            EndEarly(url, OutcomeStatus.NotSubmitted);
        }
    }

    private void EndEarly(JobUrl url, string statusWithoutResult) => End(
        url,
        string.IsNullOrEmpty(url.LastStatus) ? statusWithoutResult : url.LastStatus,
        Failure?.ErrorCode ?? ErrorIds.WaitTimeout,
        Failure?.What ?? string.Create(CultureInfo.InvariantCulture, $"The job timed out after {_settings.Timeout.TotalSeconds:0.#} s."));

    private void End(JobUrl url, string status, string? errorCode = null, string? detail = null)
    {
        _outcomes.Enqueue(url.End(status, _clock, errorCode, detail));
        Interlocked.Increment(ref _ended);
    }

    /// <summary>Resumes the tasks that the journal has of these URLs.</summary>
    private void Resume()
    {
        if (_settings.ResumeSince is not { } since)
        {
            return;
        }

        if (since > _clock.GetUtcNow())
        {
            _context.Warn("The time to resume from is in the future: nothing has been submitted since then, and every URL is submitted again.");
        }

        // Newest first: the newest task that was created for a URL decides. A submission without a task says nothing about an earlier
        // one: another machine may have been refused what this one was granted.
        var shortlyBefore = new HashSet<JobUrl>();
        int older = 0;
        foreach (Submission submission in _client.Journal.NewestFirst(_context))
        {
            if (since - submission.SubmittedAt > s_longestSkew)
            {
                if (++older == MaxOlderInARow)
                {
                    break;
                }

                continue;
            }

            older = 0;
            if (submission.TaskId is not null && _client.Owns(submission))
            {
                IEnumerable<JobUrl> urls = submission.Urls.Select(_urls.GetValueOrDefault).OfType<JobUrl>();
                if (submission.SubmittedAt >= since)
                {
                    Resume(submission, [.. urls.Where(static url => !url.IsResumed).Distinct()]);
                }
                else
                {
                    shortlyBefore.UnionWith(urls);
                }
            }
        }

        shortlyBefore.RemoveWhere(static url => url.IsResumed);
        if (shortlyBefore.Count > 0)
        {
            _context.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"According to the journal, {shortlyBefore.Count} of the URLs had been accepted less than {s_longestSkew.TotalMinutes:0} minutes before the time "
                + $"to resume from; what was accepted before that time is submitted again. If the clocks of the machines that use this journal differ, specify an earlier time."));
        }
    }

    private void Resume(Submission submission, JobUrl[] urls)
    {
        if (urls.Length == 0)
        {
            return;
        }

        foreach (JobUrl url in urls)
        {
            url.Submitted(submission.SubmittedAt, submission.TaskId);
            url.IsResumed = true;
        }

        _inTasks += urls.Length;
        Track(submission.TaskId!, urls);
    }
}
