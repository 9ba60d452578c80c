using System.Text.Json;

namespace VodPreheat.Client.Errors;

/// <summary>
/// The error an answer's body tells of. Four shapes are in use: flat error_code/error_msg (VOD, gateway, IAM),
/// the same nested under "error", camel case, and Keystone's {"error":{"code":401,"message":..,"title":..}}.
/// </summary>
internal readonly record struct ErrorBody(string? Code, string? Message, string? RequestId)
{
    /// <summary>Reads a body of any kind; what is not such JSON gives an empty value, never an exception.</summary>
    public static ErrorBody Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The latter for a name or string that is not valid UTF-16 once unescaped, such as "\uD800".
            return default;
        }
    }

    private static ErrorBody Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return default;
        }

        var found = new ErrorBody(
            Text(element, "error_code") ?? Text(element, "errorCode") ?? Text(element, "code"),
            Text(element, "error_msg") ?? Text(element, "errorMsg") ?? Text(element, "message"),
            Text(element, "request_id"));
        if (found.Code is null && found.Message is null && element.TryGetProperty("error", out JsonElement nested))
        {
            ErrorBody inner = Read(nested);
            return inner with { RequestId = inner.RequestId ?? found.RequestId };
        }

        return found;
    }

    // Keystone's "code" is a number that only repeats the HTTP status: it is no error code, so numbers are passed over.
    private static string? Text(JsonElement element, string name)
    {
        try
        {
            string? text = element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            return string.IsNullOrWhiteSpace(text) ? null : text;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
