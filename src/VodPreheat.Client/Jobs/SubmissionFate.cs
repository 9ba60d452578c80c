namespace VodPreheat.Client.Jobs;

/// <summary>The fate of the items of a submission.</summary>
public enum SubmissionFate
{
    /// <summary>They are in a task.</summary>
    Accepted,

    /// <summary>The submission may have been accepted: they are never submitted again.</summary>
    Unknown,

    /// <summary>They were not accepted, and nothing more can be submitted.</summary>
    NotSubmitted,

    /// <summary>They were not accepted, and can be after a pause.</summary>
    Postponed,

    /// <summary>At least one of them was refused: without it, the others can be accepted.</summary>
    Divided,

    /// <summary>They were refused.</summary>
    Refused,
}
