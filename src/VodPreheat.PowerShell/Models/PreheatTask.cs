using VodPreheat.Client.Journal;

namespace VodPreheat;

/// <summary>A pre-loading task of URLs or of an asset; from the journal also a submission whose outcome is unknown.</summary>
/// <remarks>Source: api-vod/vod_04_0205.</remarks>
public sealed class PreheatTask
{
    /// <summary>Makes an empty task, whose properties are set in an initializer.</summary>
    public PreheatTask()
    {
    }

    /// <summary>Makes a task of a submission that was accepted, or that the journal has.</summary>
    internal PreheatTask(Submission submission)
    {
        TaskId = submission.TaskId ?? string.Empty;
        Url = [.. submission.Urls];
        AssetId = submission.AssetId;
        SubmittedAt = submission.SubmittedAt.ToLocalTime();
        Region = submission.Region;
        ProjectId = submission.ProjectId;
    }

    /// <summary>
    /// The task ID; the API does not list them. Empty for a submission from the journal whose outcome is unknown: it was sent, and its
    /// answer was not recorded.
    /// </summary>
    public string TaskId { get; init; } = string.Empty;

    /// <summary>The URLs of the request; empty for an asset.</summary>
    public string[] Url { get; init => field = value ?? []; } = [];

    /// <summary>The asset of the request; null for URLs.</summary>
    public string? AssetId { get; init => field = OptionalText.From(value); }

    /// <summary>When this machine sent the request, in local time.</summary>
    public DateTimeOffset SubmittedAt { get; init; }

    /// <summary>The region ID; null if only an endpoint was specified.</summary>
    public string? Region { get; init => field = OptionalText.From(value); }

    /// <summary>The project ID; null if it is not known.</summary>
    public string? ProjectId { get; init => field = OptionalText.From(value); }

    /// <summary>The task ID.</summary>
    public override string ToString() => TaskId;
}
