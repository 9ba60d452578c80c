using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Jobs;

/// <summary>The URLs of a job, and their outcomes in the order in which they are known. Only the progress can be read on another thread.</summary>
internal sealed class JobUrls
{
    private readonly object _lock = new();
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, JobUrl> _urls = new(StringComparer.Ordinal);
    private readonly Queue<UrlOutcome> _outcomes = new();
    private JobProgress _progress;

    public JobUrls(IEnumerable<string> urls, TimeProvider clock)
    {
        _clock = clock;
        foreach (string url in urls)
        {
            _urls.TryAdd(url, new JobUrl(url));
        }

        _progress = new JobProgress(_urls.Count, Submitted: 0, Loaded: 0, Failed: 0);
    }

    public JobProgress Progress
    {
        get
        {
            lock (_lock)
            {
                return _progress;
            }
        }
    }

    /// <summary>The URLs without an outcome.</summary>
    public IEnumerable<JobUrl> Open => _urls.Values.Where(static url => !url.HasEnded);

    public JobUrl this[string url] => _urls[url];

    /// <summary>Takes the next outcome, if one is known.</summary>
    public bool TryTakeOutcome(out UrlOutcome? outcome) => _outcomes.TryDequeue(out outcome);

    /// <summary>Counts the submission of a URL, which may have a task.</summary>
    public void Submit(JobUrl url, DateTimeOffset at, string? taskId)
    {
        lock (_lock)
        {
            _progress = _progress with { Submitted = _progress.Submitted + (url.TaskId is null && taskId is not null ? 1 : 0) };
        }

        url.Submitted(at, taskId);
    }

    /// <summary>Ends a URL. To be called once.</summary>
    public void End(JobUrl url, string status, string? errorCode = null, string? detail = null)
    {
        _outcomes.Enqueue(url.End(status, _clock, errorCode, detail));
        lock (_lock)
        {
            _progress = PreheatStatus.IsSucceed(status)
                ? _progress with { Loaded = _progress.Loaded + 1 }
                : _progress with { Failed = _progress.Failed + 1 };
        }
    }
}
