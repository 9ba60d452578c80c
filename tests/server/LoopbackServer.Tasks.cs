namespace VodPreheat.TestServer;

/// <content>The preheat tasks.</content>
public sealed partial class LoopbackServer
{
    /// <summary>Whether a task id that is not known gets one row, succeed, instead of VOD.10062.</summary>
    public bool AnyTask
    {
        get => _state.Tasks.AnyTask;
        set => _state.Tasks.AnyTask = value;
    }

    /// <summary>How many queries of a task created from now on say processing; 1 unless set.</summary>
    public int PollsUntilDone
    {
        get => _state.Tasks.PollsUntilDone;
        set => _state.Tasks.PollsUntilDone = value;
    }

    /// <summary>The URLs that may be submitted in all, an asset counting as one; over it 403 VOD.10086. 1000 unless set.</summary>
    public int Quota
    {
        get => _state.Tasks.Quota;
        set => _state.Tasks.Quota = value;
    }

    /// <summary>The submissions answered in any 60 seconds; over it 429 APIGW.0308. 0 is no limit, 10 that of the international site.</summary>
    public int SubmissionsPerMinute
    {
        get => _state.Submissions.PerMinute;
        set => _state.Submissions.PerMinute = value;
    }

    /// <summary>All URLs accepted, in order.</summary>
    public string[] SubmittedUrls => _state.Tasks.SubmittedUrls;

    /// <summary>All asset ids accepted, in order.</summary>
    public string[] SubmittedAssets => _state.Tasks.SubmittedAssets;

    /// <summary>Refuses every submission that has the URL: 400 VOD.10053.</summary>
    public void RefuseUrl(string url) => _state.Tasks.Refuse(url);

    /// <summary>Gives a task one lasting answer of rows "status url"; a row without a blank is a status without URL.</summary>
    public void SetTask(string taskId, params string[] rows) => _state.Tasks.Set(taskId, rows);

    /// <summary>Adds the answer to a task's next query; the last one added stays.</summary>
    public void AddTaskAnswer(string taskId, params string[] rows) => _state.Tasks.Append(taskId, rows);
}
