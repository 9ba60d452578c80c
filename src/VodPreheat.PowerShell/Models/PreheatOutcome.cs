using VodPreheat.Client.Display;

namespace VodPreheat;

/// <summary>What became of one URL that Invoke-VodPreheat was given.</summary>
public sealed class PreheatOutcome(
    string url,
    string status,
    string? taskId,
    int attempts,
    DateTimeOffset? submittedAt,
    DateTimeOffset? endedAt,
    string? errorCode,
    string? detail)
{
    /// <summary>The URL, as it was given.</summary>
    public string Url { get; } = url;

    /// <summary>
    /// The service's text (succeed, failed; processing when the time was up), or the module's: rejected, notSubmitted, unknown.
    /// </summary>
    public string Status { get; } = status;

    /// <summary>The task of the last submission that was accepted; null if there is none.</summary>
    // PowerShell hands $null to a string parameter as an empty text.
    public string? TaskId { get; } = string.IsNullOrEmpty(taskId) ? null : taskId;

    /// <summary>How many submissions the URL took; an earlier one that was resumed counts.</summary>
    public int Attempts { get; } = attempts;

    /// <summary>When the last of them was sent; null if none was.</summary>
    public DateTimeOffset? SubmittedAt { get; } = submittedAt;

    /// <summary>When it was known that the URL was loaded, failed or was rejected; null if it is not.</summary>
    public DateTimeOffset? EndedAt { get; } = endedAt;

    /// <summary>The error code of what kept the URL from being loaded; null if there is none.</summary>
    public string? ErrorCode { get; } = string.IsNullOrEmpty(errorCode) ? null : errorCode;

    /// <summary>The same in words.</summary>
    public string? Detail { get; } = string.IsNullOrEmpty(detail) ? null : detail;

    /// <summary>Status and URL, to be shown.</summary>
    public override string ToString() => DisplayText.Clean($"{Status} {Url}");
}
