using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VodPreheat.Client.Journal;

/// <summary>
/// A line of a journal: an event of a submission. The format is an interface, documented in docs/journal.md: members can be added,
/// none is renamed. Unknown members and events are ignored.
/// </summary>
internal sealed class JournalLine
{
    public const string Sending = "sending";
    public const string Accepted = "accepted";
    public const string Refused = "refused";

    // The relaxed encoder does not escape '&', '+' and non-ASCII letters, so that a URL can be searched for.
    private static readonly JournalJsonContext s_json = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });

    [JsonPropertyName("event")]
    public string? Event { get; set; }

    [JsonPropertyName("id")]
    public string? Id { get; set; }

    [JsonPropertyName("time")]
    public DateTimeOffset? Time { get; set; }

    [JsonPropertyName("endpoint")]
    public string? Endpoint { get; set; }

    [JsonPropertyName("region")]
    public string? Region { get; set; }

    [JsonPropertyName("project_id")]
    public string? ProjectId { get; set; }

    [JsonPropertyName("urls")]
    public IReadOnlyList<string>? Urls { get; set; }

    [JsonPropertyName("asset_id")]
    public string? AssetId { get; set; }

    [JsonPropertyName("task_id")]
    public string? TaskId { get; set; }

    [JsonPropertyName("error_code")]
    public string? ErrorCode { get; set; }

    /// <summary>The line that announces a submission.</summary>
    public static JournalLine Announce(Submission submission) => new()
    {
        Event = Sending,
        Id = submission.Id,
        Time = submission.SubmittedAt,
        Endpoint = submission.Endpoint,
        Region = submission.Region,
        ProjectId = submission.ProjectId,
        Urls = submission.Urls.Count == 0 ? null : submission.Urls,
        AssetId = submission.AssetId,
    };

    /// <summary>The line with the outcome of a submission.</summary>
    public static JournalLine Conclude(Submission submission, DateTimeOffset time) => new()
    {
        Event = submission.TaskId is null ? Refused : Accepted,
        Id = submission.Id,
        Time = time,
        TaskId = submission.TaskId,
        ErrorCode = submission.ErrorCode,
    };

    /// <summary>Reads a line, without its end.</summary>
    /// <returns>Null for what is not a line of a journal.</returns>
    public static JournalLine? Parse(ReadOnlySpan<byte> line)
    {
        // Most other texts differ at their ends; an exception for each would be slow on a file with other content.
        line = line.Trim(" \t\r\n"u8);
        if (line.IsEmpty || line[0] != '{' || line[^1] != '}')
        {
            return null;
        }

        try
        {
            JournalLine? read = JsonSerializer.Deserialize(line, s_json.JournalLine);
            return read is { Event: not null, Id: not null, Time: not null } && IsWhole(read) ? read : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The latter for a text that is not valid UTF-16 once unescaped, such as "\ud800".
            return null;
        }
    }

    /// <summary>The bytes of the line, including its newline.</summary>
    public byte[] ToUtf8() => [.. JsonSerializer.SerializeToUtf8Bytes(this, s_json.JournalLine), (byte)'\n'];

    /// <summary>The submission that the line announces, with its outcome from another line.</summary>
    public Submission ToSubmission(JournalLine? outcome) => new()
    {
        Id = Id!,
        SubmittedAt = Time!.Value,
        Endpoint = Endpoint!,
        Region = Region,
        ProjectId = ProjectId!,
        Urls = Urls ?? [],
        AssetId = AssetId,
        TaskId = outcome?.TaskId,
        ErrorCode = outcome?.ErrorCode,
    };

    private static bool IsWhole(JournalLine line) => line.Event switch
    {
        Sending => line is { Endpoint: not null, ProjectId: not null } && line.Urls?.Contains(null!) != true,
        Accepted => !string.IsNullOrWhiteSpace(line.TaskId),
        Refused => line.ErrorCode is not null,
        _ => true,
    };
}
