namespace VodPreheat.Client.Jobs;

/// <summary>The states of a URL that the service does not have.</summary>
public static class OutcomeStatus
{
    /// <summary>It is not a URL that can be pre-loaded, or the service refused it.</summary>
    public const string Rejected = "rejected";

    /// <summary>It was not submitted: the quota was used up, the credentials were refused or the job timed out before.</summary>
    public const string NotSubmitted = "notSubmitted";

    /// <summary>It was submitted, and its outcome is unknown.</summary>
    public const string Unknown = "unknown";
}
