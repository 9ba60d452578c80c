using VodPreheat.Client.Display;

namespace VodPreheat;

/// <summary>The result of one URL of a pre-loading task.</summary>
/// <remarks>Source: api-vod/vod_04_0120, PreheatingResult.</remarks>
public sealed class PreheatingResult(string taskId, string url, string status)
{
    /// <summary>The task that the result belongs to.</summary>
    public string TaskId { get; } = taskId;

    /// <summary>The URL, as the service returns it.</summary>
    public string Url { get; } = url;

    /// <summary>The service's own text: processing, succeed or failed; others pass through.</summary>
    public string Status { get; } = status;

    /// <summary>Status and URL, fit to be shown.</summary>
    public override string ToString() => DisplayText.Clean($"{Status} {Url}");
}
