using System.Text.Json;

namespace VodPreheat.TestServer.Services;

/// <summary>Reads the bodies of requests.</summary>
internal static class Json
{
    public static JsonElement? TryParse(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The element at the end of a path of property names.</summary>
    public static JsonElement? At(JsonElement element, params string[] names)
    {
        foreach (string name in names)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }

    /// <summary>The text at the end of a path of property names; null if there is none or it is empty.</summary>
    public static string? Text(JsonElement element, params string[] names) =>
        At(element, names) is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } value ? value : null;

    /// <summary>The elements of an array of texts; null if it is anything else.</summary>
    public static string[]? Texts(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array && element.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. element.EnumerateArray().Select(item => item.GetString()!)]
            : null;
}
