using System.Text.Json;
using VodPreheat.Client.Json;

namespace VodPreheat.Client.Errors;

/// <summary>
/// The error that an answer's body reports. Four shapes are in use: flat error_code/error_msg (VOD, gateway, IAM),
/// the same nested under "error", camel case, and Keystone's {"error":{"code":401,"message":..,"title":..}}.
/// </summary>
internal readonly record struct ErrorBody(string? Code, string? Message, string? RequestId)
{
    /// <summary>Reads a body of any kind; what is not such JSON gives an empty value, never an exception.</summary>
    /// <param name="body">The body.</param>
    /// <param name="clean">Makes its texts fit to be shown: no other text of it becomes a string.</param>
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

    // Keystone's "code" is a number that only repeats the HTTP status: it is no error code, so numbers are passed over.
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
                // Its escapes are no Unicode; the other fields may do.
            }
        }

        return null;
    }
}
