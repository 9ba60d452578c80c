using VodPreheat.Client.Display;
using VodPreheat.Client.Preheating;

namespace VodPreheat;

/// <summary>The result of one URL of a pre-loading task.</summary>
/// <remarks>Source: api-vod/vod_04_0120, PreheatingResult.</remarks>
public sealed class PreheatingResult
{
    /// <summary>Makes an empty result, whose properties are set in an initializer.</summary>
    public PreheatingResult()
    {
    }

    /// <summary>Makes a result of a task.</summary>
    internal PreheatingResult(string taskId, UrlResult result)
    {
        TaskId = taskId;
        Url = result.Url;
        Status = result.Status;
    }

    /// <summary>The task that the result belongs to.</summary>
    public string TaskId { get; init; } = string.Empty;

    /// <summary>The URL, as the service returns it.</summary>
    public string Url { get; init; } = string.Empty;

    /// <summary>The service's own text: processing, succeed or failed; others pass through.</summary>
    public string Status { get; init; } = string.Empty;

    /// <summary>Status and URL, safe to display.</summary>
    public override string ToString() => DisplayText.Clean($"{Status} {Url}");
}
