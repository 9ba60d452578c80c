using VodPreheat.Client.Journal;

namespace VodPreheat;

/// <summary>A pre-loading task of URLs or of an asset; from the journal also a submission whose outcome is unknown.</summary>
/// <remarks>Source: api-vod/vod_04_0205.</remarks>
public sealed class PreheatTask
{
    /// <summary>Makes a task without region and project, such as for a test.</summary>
    public PreheatTask(string taskId, string[] url, string? assetId, DateTimeOffset submittedAt)
        : this(taskId, url, assetId, submittedAt, region: null, projectId: null)
    {
    }

    /// <summary>Makes a task with all its properties.</summary>
    public PreheatTask(string taskId, string[] url, string? assetId, DateTimeOffset submittedAt, string? region, string? projectId)
    {
        TaskId = taskId;
        Url = url;

        // PowerShell passes $null to a string parameter as an empty string.
        AssetId = string.IsNullOrEmpty(assetId) ? null : assetId;
        SubmittedAt = submittedAt;
        Region = string.IsNullOrEmpty(region) ? null : region;
        ProjectId = string.IsNullOrEmpty(projectId) ? null : projectId;
    }

    /// <summary>Makes a task of a submission that was accepted, or that the journal has.</summary>
    internal PreheatTask(Submission submission)
        : this(
            submission.TaskId ?? string.Empty, [.. submission.Urls], submission.AssetId, submission.SubmittedAt.ToLocalTime(),
            submission.Region, submission.ProjectId)
    {
    }

    /// <summary>
    /// The task ID; the API does not list them. Empty for a submission from the journal whose outcome is unknown: it was sent, and its
    /// answer was not recorded.
    /// </summary>
    public string TaskId { get; }

    /// <summary>The URLs of the request; empty for an asset.</summary>
    public string[] Url { get; }

    /// <summary>The asset of the request; null for URLs.</summary>
    public string? AssetId { get; }

    /// <summary>When this machine sent the request, in local time.</summary>
    public DateTimeOffset SubmittedAt { get; }

    /// <summary>The region ID; null if only an endpoint was specified.</summary>
    public string? Region { get; }

    /// <summary>The project ID; null if it is not known.</summary>
    public string? ProjectId { get; }

    /// <summary>The task ID.</summary>
    public override string ToString() => TaskId;
}
