using VodPreheat.Client.Display;

namespace VodPreheat;

/// <summary>The state of one URL of a pre-loading task.</summary>
/// <remarks>Source: api-vod/vod_04_0120, PreheatingResult.</remarks>
public sealed class PreheatingResult(string taskId, string url, string status)
{
    /// <summary>The task that the row belongs to.</summary>
    public string TaskId { get; } = taskId;

    /// <summary>The URL, as the service gives it.</summary>
    public string Url { get; } = url;

    /// <summary>The service's own text: processing, succeed or failed; others pass through.</summary>
    public string Status { get; } = status;

    /// <summary>Status and URL, to be shown.</summary>
    public override string ToString() => DisplayText.Clean($"{Status} {Url}");
}
