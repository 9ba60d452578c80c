using System.Text.Json.Serialization;

namespace VodPreheat.Client.Json;

/// <summary>One row of a pre-loading result.</summary>
/// <param name="Url">The URL, as the service gives it.</param>
/// <param name="Status">The service's own text: processing, succeed, failed; others pass through; empty if the row has none.</param>
public readonly record struct PreheatingRow(string Url, string Status);

/// <summary>What a row's status means.</summary>
/// <remarks>The page has lower case, the SDKs' constants and the sibling API upper case: compared without regard to case.</remarks>
public static class PreheatStatus
{
    /// <summary>Whether the URL is loaded.</summary>
    public static bool IsSucceed(string status) => string.Equals(status, "succeed", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether loading the URL failed.</summary>
    public static bool IsFailed(string status) => string.Equals(status, "failed", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether nothing more will happen to the URL. An unknown status is not final.</summary>
    public static bool IsFinal(string status) => IsSucceed(status) || IsFailed(status);
}

/// <summary>Answer of ShowPreheatingAsset, as the sandbox writes it. Source: api-vod/vod_04_0120.</summary>
internal sealed class ShowAnswer
{
    [JsonPropertyName("preheating_results")]
    public List<ShowRow>? Results { get; set; }
}

/// <summary>A row on the wire.</summary>
internal sealed class ShowRow
{
    [JsonPropertyName("url")]
    public string? Url { get; set; }

    [JsonPropertyName("status")]
    public string? Status { get; set; }
}

/// <summary>Request of CreatePreheatingAsset; exactly one of the two is set. Source: api-vod/vod_04_0205.</summary>
internal sealed class CreateRequest
{
    [JsonPropertyName("urls")]
    public IReadOnlyList<string>? Urls { get; set; }

    [JsonPropertyName("asset_id")]
    public string? AssetId { get; set; }
}

/// <summary>Answer of CreatePreheatingAsset, as the sandbox writes it.</summary>
internal sealed class CreateAnswer
{
    [JsonPropertyName("task_id")]
    public string? TaskId { get; set; }
}

/// <summary>Readers and writers made at build time: nothing is reflected over at run time.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ShowAnswer))]
[JsonSerializable(typeof(CreateRequest))]
[JsonSerializable(typeof(CreateAnswer))]
internal sealed partial class VodJsonContext : JsonSerializerContext;
