namespace VodPreheat.Client.Jobs;

/// <summary>The outcome of one URL of a job.</summary>
/// <param name="Url">The URL, as it was specified.</param>
/// <param name="Status">The service's status, or one of <see cref="OutcomeStatus"/>.</param>
public sealed record UrlOutcome(string Url, string Status)
{
    /// <summary>The task of the last submission that was accepted; null if there is none.</summary>
    public string? TaskId { get; init; }

    /// <summary>
    /// How many submissions of the URL were accepted, refused because of the URL, or left without an answer; an earlier one that was
    /// resumed counts as one.
    /// </summary>
    public int Attempts { get; init; }

    /// <summary>When the last of them was sent; null if none was.</summary>
    public DateTimeOffset? SubmittedAt { get; init; }

    /// <summary>When the job found out that the URL was loaded, failed or was rejected; null if it did not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The code of the error that prevented loading; null if there is none.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>What a test of the URL at the CDN found; null if it was not tested.</summary>
    public string? Finding { get; init; }

    /// <summary>The message of that error, and what to check after a test; null if there is neither.</summary>
    public string? Detail { get; init; }
}
