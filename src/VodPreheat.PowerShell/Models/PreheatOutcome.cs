using VodPreheat.Client.Display;
using VodPreheat.Client.Jobs;

namespace VodPreheat;

/// <summary>The outcome of one URL of Invoke-VodPreheat.</summary>
public sealed class PreheatOutcome
{
    /// <summary>Makes an empty outcome, whose properties are set in an initializer.</summary>
    public PreheatOutcome()
    {
    }

    /// <summary>Makes the outcome of a URL of a job.</summary>
    internal PreheatOutcome(UrlOutcome outcome)
    {
        Url = outcome.Url;
        Status = outcome.Status;
        TaskId = outcome.TaskId;
        Attempts = outcome.Attempts;
        SubmittedAt = outcome.SubmittedAt;
        EndedAt = outcome.EndedAt;
        ErrorCode = outcome.ErrorCode;
        Finding = outcome.Finding;
        Detail = outcome.Detail;
    }

    /// <summary>The URL, as it was specified.</summary>
    public string Url { get; init; } = string.Empty;

    /// <summary>
    /// The service's status (succeed, failed; processing after a timeout), or the module's: rejected, notSubmitted, unknown.
    /// </summary>
    public string Status { get; init; } = string.Empty;

    /// <summary>The task of the last submission that was accepted; null if there is none.</summary>
    public string? TaskId { get; init => field = OptionalText.From(value); }

    /// <summary>The number of submissions of the URL, including an earlier one that was resumed.</summary>
    public int Attempts { get; init; }

    /// <summary>When the last of them was sent; null if none was.</summary>
    public DateTimeOffset? SubmittedAt { get; init; }

    /// <summary>When it became known that the URL was loaded, failed or was rejected; null if it did not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The code of the error that prevented loading; null if there is none.</summary>
    public string? ErrorCode { get; init => field = OptionalText.From(value); }

    /// <summary>What the test of a URL that failed found, as in <see cref="PreheatUrlTest.Finding"/>; null if it was not tested.</summary>
    public string? Finding { get; init => field = OptionalText.From(value); }

    /// <summary>The message of the error, or what to check after a test; null if there is none.</summary>
    public string? Detail { get; init => field = OptionalText.From(value); }

    /// <summary>Status and URL, safe to display.</summary>
    public override string ToString() => DisplayText.Clean($"{Status} {Url}");
}
