using System.Buffers;
using System.Text.Json;
using VodPreheat.Client.Json;

namespace VodPreheat.Client.Preheating;

/// <summary>
/// Bodies of the two operations. Answers are read strictly: anything undocumented causes a <see cref="JsonException"/>.
/// </summary>
/// <remarks>Source: api-vod/vod_04_0120 (ShowPreheatingAsset) and vod_04_0205 (CreatePreheatingAsset).</remarks>
internal static class PreheatingJson
{
    // A task has at most 10 URLs, or the renditions of one asset. Each result becomes objects of the caller, which are many times as large
    // as a short row.
    private const int MaxResults = 100_000;

    /// <summary>The request that submits URLs.</summary>
    public static ReadOnlyMemory<byte> SubmitUrls(IEnumerable<string> urls) => WriteObject(json =>
    {
        json.WriteStartArray("urls");
        foreach (string url in urls)
        {
            json.WriteStringValue(url);
        }

        json.WriteEndArray();
    });

    /// <summary>The request that submits an asset.</summary>
    public static ReadOnlyMemory<byte> SubmitAsset(string assetId) => WriteObject(json => json.WriteString("asset_id", assetId));

    /// <summary>The results in a query's answer. An empty object or list means "none yet", as right after a submission.</summary>
    public static IReadOnlyList<UrlResult> ReadResults(ReadOnlyMemory<byte> body)
    {
        ReadOnlySpan<byte> list = JsonFields.Find(body.Span, "preheating_results");
        if (list.IsEmpty)
        {
            return IsEmptyObject(body.Span) ? [] : throw new JsonException("it has no preheating_results");
        }

        var results = new List<UrlResult>();
        if (!list.SequenceEqual("null"u8))
        {
            foreach (ReadOnlySpan<byte> result in JsonFields.Items(list))
            {
                if (results.Count == MaxResults)
                {
                    throw new JsonException("it has more than 100,000 results");
                }

                results.Add(new(
                    JsonFields.Text(result, "url") ?? throw new JsonException("a result has no url"),
                    JsonFields.Parse(JsonFields.Find(result, "status"), PreheatStatus.Parse) ?? string.Empty));
            }
        }

        return results;
    }

    /// <summary>The task ID in a submission's answer.</summary>
    public static string ReadTaskId(ReadOnlyMemory<byte> body)
    {
        string? taskId = JsonFields.Text(body.Span, "task_id");
        return string.IsNullOrWhiteSpace(taskId) ? throw new JsonException("it has no task_id") : taskId;
    }

    /// <summary>A JSON object.</summary>
    /// <param name="writeMembers">Writes its members.</param>
    internal static ReadOnlyMemory<byte> WriteObject(Action<Utf8JsonWriter> writeMembers)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            writeMembers(json);
            json.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    // Another object is the answer of something that is not VOD.
    private static bool IsEmptyObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.Read() && reader.TokenType == JsonTokenType.EndObject;
    }
}
