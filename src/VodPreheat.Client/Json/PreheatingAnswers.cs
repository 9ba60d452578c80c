using System.Text.Json;

namespace VodPreheat.Client.Json;

/// <summary>Reads the answers of the two operations, strictly: what does not have the promised shape is a <see cref="JsonException"/>.</summary>
internal static class PreheatingAnswers
{
    /// <summary>The rows of a query. An empty object or list means "nothing yet", as right after a submission.</summary>
    public static IReadOnlyList<PreheatingRow> ReadRows(ReadOnlyMemory<byte> body)
    {
        ReadOnlySpan<byte> results = JsonFields.Find(body.Span, "preheating_results");
        if (results.IsEmpty)
        {
            return IsEmptyObject(body.Span) ? [] : throw new JsonException("it has no preheating_results");
        }

        var rows = new List<PreheatingRow>();
        if (!results.SequenceEqual("null"u8))
        {
            foreach (ReadOnlySpan<byte> row in JsonFields.Items(results))
            {
                rows.Add(new(
                    JsonFields.Text(row, "url") ?? throw new JsonException("a row has no url"),
                    JsonFields.Text(row, "status") ?? string.Empty));
            }
        }

        return rows;
    }

    /// <summary>The task id of a submission.</summary>
    public static string ReadTaskId(ReadOnlyMemory<byte> body)
    {
        string? taskId = JsonFields.Text(body.Span, "task_id");
        return string.IsNullOrWhiteSpace(taskId) ? throw new JsonException("it has no task_id") : taskId;
    }

    // Another object is the answer of something that is not VOD.
    private static bool IsEmptyObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.Read() && reader.TokenType == JsonTokenType.EndObject;
    }
}
