using VodPreheat.Client.Journal;

namespace VodPreheat;

/// <summary>A pre-loading task of URLs or of an asset; from the journal also a submission of which it is not known whether it became one.</summary>
/// <remarks>Source: api-vod/vod_04_0205.</remarks>
public sealed class PreheatTask
{
    /// <summary>Makes a task whose region and project do not matter, such as a test's.</summary>
    public PreheatTask(string taskId, string[] url, string? assetId, DateTimeOffset submittedAt)
        : this(taskId, url, assetId, submittedAt, region: null, projectId: null)
    {
    }

    /// <summary>Makes a task with all its facts.</summary>
    public PreheatTask(string taskId, string[] url, string? assetId, DateTimeOffset submittedAt, string? region, string? projectId)
    {
        TaskId = taskId;
        Url = url;

        // PowerShell hands $null to a string parameter as an empty text.
        AssetId = string.IsNullOrEmpty(assetId) ? null : assetId;
        SubmittedAt = submittedAt;
        Region = string.IsNullOrEmpty(region) ? null : region;
        ProjectId = string.IsNullOrEmpty(projectId) ? null : projectId;
    }

    /// <summary>A submission, as it was accepted or as the journal has it.</summary>
    internal PreheatTask(Submission submission)
        : this(
            submission.TaskId ?? string.Empty, [.. submission.Urls], submission.AssetId, submission.SubmittedAt.ToLocalTime(),
            submission.Region, submission.ProjectId)
    {
    }

    /// <summary>
    /// The task id; the API lists none. Empty for a submission from the journal whose outcome is unknown: it was sent, and no answer
    /// says what became of it.
    /// </summary>
    public string TaskId { get; }

    /// <summary>The URLs of the request; empty for an asset.</summary>
    public string[] Url { get; }

    /// <summary>The asset of the request; null for URLs.</summary>
    public string? AssetId { get; }

    /// <summary>When this machine sent the request, in local time.</summary>
    public DateTimeOffset SubmittedAt { get; }

    /// <summary>The region's id; null when only an endpoint is known.</summary>
    public string? Region { get; }

    /// <summary>The project id; null if it does not matter.</summary>
    public string? ProjectId { get; }

    /// <summary>The task id.</summary>
    public override string ToString() => TaskId;
}
