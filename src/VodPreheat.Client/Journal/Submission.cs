namespace VodPreheat.Client.Journal;

/// <summary>A request for pre-loading and its outcome: as it was just sent, or as a journal has it.</summary>
public sealed record Submission
{
    /// <summary>The ID of the submission, 32 hexadecimal digits, which connects its lines in a journal.</summary>
    public required string Id { get; init; }

    /// <summary>When it was sent, by this machine's clock.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>The address of the service, without a slash at its end.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The region ID; null if only an endpoint was specified.</summary>
    public string? Region { get; init; }

    /// <summary>The project ID.</summary>
    public required string ProjectId { get; init; }

    /// <summary>The URLs, byte for byte as they were sent; empty for an asset.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>The asset ID; null for URLs.</summary>
    public string? AssetId { get; init; }

    /// <summary>The task ID of a submission that was accepted, else null.</summary>
    public string? TaskId { get; init; }

    /// <summary>
    /// The error code of a submission that was not accepted, else null: the service refused it, or it certainly never
    /// reached the service.
    /// </summary>
    public string? ErrorCode { get; init; }

    /// <summary>The outcome of the submission.</summary>
    public SubmissionOutcome Outcome => TaskId is not null ? SubmissionOutcome.Accepted
        : ErrorCode is not null ? SubmissionOutcome.Refused
        : SubmissionOutcome.Unknown;
}
