namespace VodPreheat.Client.Journal;

/// <summary>The outcome of a submission.</summary>
public enum SubmissionOutcome
{
    /// <summary>It was about to be sent, and nothing else is known: the service may have made a task of it.</summary>
    Unknown,

    /// <summary>The service made a task of it.</summary>
    Accepted,

    /// <summary>The service refused it, or it never reached the service: there is no task of it.</summary>
    Refused,
}
