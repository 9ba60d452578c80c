using VodPreheat.Client.Display;

namespace VodPreheat;

/// <summary>The outcome of one URL of Invoke-VodPreheat.</summary>
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
    /// <summary>The URL, as it was specified.</summary>
    public string Url { get; } = url;

    /// <summary>
    /// The service's status (succeed, failed; processing after a timeout), or the module's: rejected, notSubmitted, unknown.
    /// </summary>
    public string Status { get; } = status;

    /// <summary>The task of the last submission that was accepted; null if there is none.</summary>
    // PowerShell passes $null to a string parameter as an empty string.
    public string? TaskId { get; } = string.IsNullOrEmpty(taskId) ? null : taskId;

    /// <summary>The number of submissions of the URL, including an earlier one that was resumed.</summary>
    public int Attempts { get; } = attempts;

    /// <summary>When the last of them was sent; null if none was.</summary>
    public DateTimeOffset? SubmittedAt { get; } = submittedAt;

    /// <summary>When it became known that the URL was loaded, failed or was rejected; null if it did not.</summary>
    public DateTimeOffset? EndedAt { get; } = endedAt;

    /// <summary>The code of the error that prevented loading; null if there is none.</summary>
    public string? ErrorCode { get; } = string.IsNullOrEmpty(errorCode) ? null : errorCode;

    /// <summary>The message of that error; null if there is none.</summary>
    public string? Detail { get; } = string.IsNullOrEmpty(detail) ? null : detail;

    /// <summary>Status and URL, fit to be shown.</summary>
    public override string ToString() => DisplayText.Clean($"{Status} {Url}");
}
