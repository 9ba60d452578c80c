namespace VodPreheat;

/// <summary>A pre-loading task that the service accepted: of URLs, or of an asset.</summary>
/// <remarks>Source: api-vod/vod_04_0205.</remarks>
public sealed class PreheatTask(string taskId, string[] url, string? assetId, DateTimeOffset submittedAt)
{
    /// <summary>The task id, the only way to find the task again: the API lists none.</summary>
    public string TaskId { get; } = taskId;

    /// <summary>The URLs of the request; empty for an asset.</summary>
    public string[] Url { get; } = url;

    /// <summary>The asset of the request; null for URLs.</summary>
    // PowerShell hands $null to a string parameter as an empty text.
    public string? AssetId { get; } = string.IsNullOrEmpty(assetId) ? null : assetId;

    /// <summary>When this machine got the service's answer.</summary>
    public DateTimeOffset SubmittedAt { get; } = submittedAt;

    /// <summary>The task id.</summary>
    public override string ToString() => TaskId;
}
