using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Jobs;

/// <summary>A URL of a job, and its state.</summary>
internal sealed class JobUrl(string url)
{
    public string Url => url;

    /// <summary>Whether its outcome was written.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The task of the last submission that was accepted.</summary>
    public string? TaskId { get; private set; }

    public int Attempts { get; private set; }

    /// <summary>Whether an earlier run submitted it.</summary>
    public bool IsResumed { get; set; }

    /// <summary>The last status from the service; null if there was none.</summary>
    public string? LastStatus { get; set; }

    private DateTimeOffset? SubmittedAt { get; set; }

    /// <summary>Counts a submission.</summary>
    /// <param name="at">When it was sent.</param>
    /// <param name="taskId">Its task; null if it has none.</param>
    public void Submitted(DateTimeOffset at, string? taskId)
    {
        Attempts++;
        SubmittedAt = at;
        TaskId = taskId ?? TaskId;
        LastStatus = null;
    }

    /// <summary>Ends it. To be called once.</summary>
    public UrlOutcome End(string status, TimeProvider clock, string? errorCode = null, string? detail = null)
    {
        HasEnded = true;
        bool isKnown = PreheatStatus.IsFinal(status) || status == OutcomeStatus.Rejected;
        return new UrlOutcome(url, status)
        {
            TaskId = TaskId,
            Attempts = Attempts,
            SubmittedAt = SubmittedAt,
            EndedAt = isKnown ? clock.GetLocalNow() : null,
            ErrorCode = errorCode,
            Detail = detail,
        };
    }
}
