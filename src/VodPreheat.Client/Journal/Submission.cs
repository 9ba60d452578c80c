namespace VodPreheat.Client.Journal;

/// <summary>A request for pre-loading, and what the service said to it: as it was sent now, or as a journal has it.</summary>
public sealed record Submission
{
    /// <summary>The submission's own id, 32 hexadecimal digits; it joins the lines of a journal.</summary>
    public required string Id { get; init; }

    /// <summary>When it was sent, by this machine's clock.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>The address of the service, without a slash at its end.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The region's id; null when only an endpoint was known.</summary>
    public string? Region { get; init; }

    /// <summary>The project id.</summary>
    public required string ProjectId { get; init; }

    /// <summary>The URLs, byte for byte as they were sent; empty for an asset.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>The asset id; null for URLs.</summary>
    public string? AssetId { get; init; }

    /// <summary>The task id of a submission that was accepted, else null.</summary>
    public string? TaskId { get; init; }

    /// <summary>
    /// The error code of a submission that came to nothing, else null: the service refused it, or it is certain that it never
    /// reached the service.
    /// </summary>
    public string? ErrorCode { get; init; }

    /// <summary>What became of the submission.</summary>
    public SubmissionOutcome Outcome => TaskId is not null ? SubmissionOutcome.Accepted
        : ErrorCode is not null ? SubmissionOutcome.Refused
        : SubmissionOutcome.Unknown;
}
