namespace VodPreheat.Client.Jobs;

/// <summary>The states of a URL that are a job's, beside those of the service.</summary>
public static class OutcomeStatus
{
    /// <summary>Not a URL that can be pre-loaded, or one that the service refused.</summary>
    public const string Rejected = "rejected";

    /// <summary>Never submitted: the quota, the credentials or the time came to an end before.</summary>
    public const string NotSubmitted = "notSubmitted";

    /// <summary>Submitted, and nothing says what became of it.</summary>
    public const string Unknown = "unknown";
}
