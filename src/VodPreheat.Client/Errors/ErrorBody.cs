using System.Text.Json;
using VodPreheat.Client.Json;

namespace VodPreheat.Client.Errors;

/// <summary>
/// The error in the body of an answer. There are four formats: flat error_code/error_msg (VOD, gateway, IAM),
/// the same nested under "error", camel case, and Keystone's {"error":{"code":401,"message":..,"title":..}}.
/// </summary>
internal readonly record struct ErrorBody(string? Code, string? Message, string? RequestId)
{
    /// <summary>Reads any body; the result is empty if it is not such JSON.</summary>
    /// <param name="body">The body.</param>
    /// <param name="clean">Makes its texts safe to display: no other text of it becomes a string.</param>
    public static ErrorBody Parse(ReadOnlySpan<byte> body, TextParser<string> clean)
    {
        try
        {
            ErrorBody flat = Read(body, clean);
            ReadOnlySpan<byte> nested = flat.Code is null && flat.Message is null ? JsonFields.Find(body, "error") : default;
            if (nested.IsEmpty)
            {
                return flat;
            }

            ErrorBody inner = Read(nested, clean);
            return inner with { RequestId = inner.RequestId ?? flat.RequestId };
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static ErrorBody Read(ReadOnlySpan<byte> body, TextParser<string> clean) => new(
        Text(body, clean, "error_code", "errorCode", "code"),
        Text(body, clean, "error_msg", "errorMsg", "message"),
        Text(body, clean, "request_id"));

    // Keystone's "code" is a number that only repeats the HTTP status: it is not an error code, so numbers are skipped.
    private static string? Text(ReadOnlySpan<byte> body, TextParser<string> clean, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            ReadOnlySpan<byte> value = JsonFields.Find(body, name);
            try
            {
                if (value.StartsWith("\""u8) && JsonFields.Parse(value, clean) is { } text && !string.IsNullOrWhiteSpace(text))
                {
                    return text;
                }
            }
            catch (JsonException)
            {
                // Its escapes are not Unicode; the other fields may be usable.
            }
        }

        return null;
    }
}
