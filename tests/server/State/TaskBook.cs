using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer.State;

/// <summary>
/// The tasks. A task is a list of answers, each a list of results "status url". Each query removes the first
/// answer; the last one is kept.
/// </summary>
internal sealed class TaskBook
{
    private readonly object _lock = new();
    private readonly Dictionary<string, PreheatTask> _tasks = [];
    private readonly List<string> _submittedUrls = [];
    private readonly List<string> _submittedAssets = [];
    private readonly HashSet<string> _refusedUrls = [];
    private int _quotaUsed;

    public bool AnyTask { get; set; }

    public int PollsUntilDone { get; set; } = 1;

    public int Quota { get; set; } = 1000;

    public string[] SubmittedUrls
    {
        get
        {
            lock (_lock)
            {
                return [.. _submittedUrls];
            }
        }
    }

    public string[] SubmittedAssets
    {
        get
        {
            lock (_lock)
            {
                return [.. _submittedAssets];
            }
        }
    }

    public void Refuse(string url)
    {
        lock (_lock)
        {
            _refusedUrls.Add(url);
        }
    }

    /// <summary>Whether a submission with the URL is refused.</summary>
    public bool IsRefused(string url)
    {
        lock (_lock)
        {
            return _refusedUrls.Contains(url);
        }
    }

    public void Set(string taskId, string[] rows)
    {
        lock (_lock)
        {
            _tasks[taskId] = new PreheatTask { Answers = { rows } };
        }
    }

    public void Append(string taskId, string[] rows)
    {
        lock (_lock)
        {
            if (!_tasks.TryGetValue(taskId, out PreheatTask? task))
            {
                _tasks[taskId] = task = new PreheatTask();
            }

            task.Answers.Add(rows);
        }
    }

    /// <summary>The results of the next query; null if the task is unknown.</summary>
    public string[]? Query(string taskId)
    {
        lock (_lock)
        {
            if (_tasks.TryGetValue(taskId, out PreheatTask? task))
            {
                return task.Answers[Math.Min(task.Asked++, task.Answers.Count - 1)];
            }
        }

        return AnyTask ? [$"succeed https://cdn.example.com/{PercentCode.EncodeText(taskId)}.mp4"] : null;
    }

    /// <summary>Adds a task for URLs; null if they exceed the quota.</summary>
    public string? SubmitUrls(string[] urls)
    {
        lock (_lock)
        {
            return Create(urls.Length, urls, _submittedUrls, urls);
        }
    }

    /// <summary>Adds a task for an asset, which has two files; null if it exceeds the quota.</summary>
    public string? SubmitAsset(string assetId)
    {
        string name = $"https://cdn.example.com/asset/{PercentCode.EncodeText(assetId)}";
        lock (_lock)
        {
            return Create(1, [assetId], _submittedAssets, [$"{name}/original.mp4", $"{name}/play_video/H.264_480X270.mp4"]);
        }
    }

    private string? Create(int cost, string[] what, List<string> log, string[] urls)
    {
        if (_quotaUsed + cost > Quota)
        {
            return null;
        }

        _quotaUsed += cost;
        log.AddRange(what);
        PreheatTask task = new();
        string[] open = [.. urls.Select(url => $"processing {url}")];
        task.Answers.AddRange(Enumerable.Repeat(open, PollsUntilDone));
        task.Answers.Add([.. urls.Select(url => url.Contains("fail", StringComparison.Ordinal) ? $"failed {url}" : $"succeed {url}")]);
        string taskId = Guid.NewGuid().ToString("N");
        _tasks[taskId] = task;
        return taskId;
    }

    private sealed class PreheatTask
    {
        public List<string[]> Answers { get; } = [];

        public int Asked { get; set; }
    }
}
