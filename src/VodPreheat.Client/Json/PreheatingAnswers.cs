using System.Text.Json;

namespace VodPreheat.Client.Json;

/// <summary>Reads the answers of the two operations, strictly: what does not have the promised shape is a <see cref="JsonException"/>.</summary>
internal static class PreheatingAnswers
{
    /// <summary>The rows of a query. An empty object or list means "nothing yet", as right after a submission.</summary>
    public static IReadOnlyList<PreheatingRow> ReadRows(ReadOnlyMemory<byte> body)
    {
        ShowAnswer answer = JsonSerializer.Deserialize(body.Span, VodJsonContext.Default.ShowAnswer)
            ?? throw new JsonException("it is null");
        if (answer.Results is null)
        {
            return answer.Rest is null ? [] : throw new JsonException("it has no preheating_results");
        }

        var rows = new PreheatingRow[answer.Results.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            ShowRow row = answer.Results[i];
            rows[i] = new PreheatingRow(row?.Url ?? throw new JsonException("a row has no url"), row.Status ?? string.Empty);
        }

        return rows;
    }

    /// <summary>The task id of a submission.</summary>
    public static string ReadTaskId(ReadOnlyMemory<byte> body)
    {
        string? taskId = JsonSerializer.Deserialize(body.Span, VodJsonContext.Default.CreateAnswer)?.TaskId;
        return string.IsNullOrWhiteSpace(taskId) ? throw new JsonException("it has no task_id") : taskId;
    }
}
