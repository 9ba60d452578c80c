using System.Globalization;
using System.Text.Json;

namespace VodPreheat.Client.Iam;

/// <summary>Reads fields of IAM's and the metadata service's answers; a wrong shape is a <see cref="JsonException"/>.</summary>
internal static class IamJson
{
    public static JsonElement Object(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object
            ? value
            : throw new JsonException($"it has no object '{name}'");

    public static JsonElement.ArrayEnumerator Array(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray()
            : throw new JsonException($"it has no list '{name}'");

    public static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>A time such as 2020-01-04T09:05:22.701000Z, always UTC.</summary>
    public static DateTimeOffset? Time(JsonElement parent, string name) => Text(parent, name) is not { } text
        ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
        ? time
        : throw new JsonException($"'{name}' is not a time");

    /// <summary>How long a credential lives by its issuer's clock: nothing at least, and a year at most, whatever the issuer says.</summary>
    public static TimeSpan Life(DateTimeOffset issued, DateTimeOffset expires)
    {
        TimeSpan longest = TimeSpan.FromDays(365);
        TimeSpan life = expires - issued;
        return life < TimeSpan.Zero ? TimeSpan.Zero : life > longest ? longest : life;
    }
}
