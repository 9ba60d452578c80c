namespace VodPreheat.TestServer;

/// <content>The preheat tasks.</content>
public sealed partial class LoopbackServer
{
    /// <summary>Whether an unknown task ID gets one result, succeed, instead of VOD.10062.</summary>
    public bool AnyTask
    {
        get => _state.Tasks.AnyTask;
        set => _state.Tasks.AnyTask = value;
    }

    /// <summary>The number of queries of a new task that are answered with processing. The default is 1.</summary>
    public int PollsUntilDone
    {
        get => _state.Tasks.PollsUntilDone;
        set => _state.Tasks.PollsUntilDone = value;
    }

    /// <summary>The number of URLs that can be submitted, with an asset as one; then 403 VOD.10086. The default is 1000.</summary>
    public int Quota
    {
        get => _state.Tasks.Quota;
        set => _state.Tasks.Quota = value;
    }

    /// <summary>The maximum number of submissions in any 60 seconds; then 429 APIGW.0308. 0 is no limit, 10 is that of the international site.</summary>
    public int SubmissionsPerMinute
    {
        get => _state.Submissions.PerMinute;
        set => _state.Submissions.PerMinute = value;
    }

    /// <summary>The number of submissions that were throttled because of their number.</summary>
    public int ThrottledSubmissions => _state.Submissions.Refused;

    /// <summary>All URLs accepted, in order.</summary>
    public string[] SubmittedUrls => _state.Tasks.SubmittedUrls;

    /// <summary>All asset ids accepted, in order.</summary>
    public string[] SubmittedAssets => _state.Tasks.SubmittedAssets;

    /// <summary>Throttles one submission in each so many: 429 APIGW.0308, with the seconds of Retry-After if there are any.</summary>
    public void ThrottleSubmissions(int every, string retryAfter = "")
    {
        _state.Submissions.RetryAfter = retryAfter;
        _state.Submissions.RefusedEvery = every;
    }

    /// <summary>Refuses every submission that has the URL: 400 VOD.10053.</summary>
    public void RefuseUrl(string url) => _state.Tasks.Refuse(url);

    /// <summary>Sets one permanent answer for a task, with results "status url"; a result without a space is a status without a URL.</summary>
    public void SetTask(string taskId, params string[] rows) => _state.Tasks.Set(taskId, rows);

    /// <summary>Adds the answer to the next query of a task. The last one is repeated.</summary>
    public void AddTaskAnswer(string taskId, params string[] rows) => _state.Tasks.Append(taskId, rows);
}
