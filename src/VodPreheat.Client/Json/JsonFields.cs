using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace VodPreheat.Client.Json;

/// <summary>
/// Finds values in a JSON text without building objects for the rest, which therefore needs no memory, however large it is.
/// A value is a slice of the text. What is not JSON, or has an unexpected type, causes a <see cref="JsonException"/>.
/// </summary>
internal static class JsonFields
{
    /// <summary>The value at the end of a path of names; empty if there is none. Of members with the same name the last one counts.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> json, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
        {
            json = Member(json, name);
            if (json.IsEmpty)
            {
                break;
            }
        }

        return json;
    }

    /// <summary>The text at the end of a path; null if there is none.</summary>
    public static string? Text(ReadOnlySpan<byte> json, params ReadOnlySpan<string> path) =>
        Parse(Find(json, path), static text => text.ToString());

    /// <summary>A time such as 2020-01-04T09:05:22.701000Z, always UTC; null if there is none.</summary>
    public static DateTimeOffset? Time(ReadOnlySpan<byte> json, params ReadOnlySpan<string> path) => Text(json, path) is not { } text
        ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
        ? time
        : throw new JsonException($"'{path[^1]}' is not a time");

    /// <summary>Converts a text; null if there is no value or it is null.</summary>
    public static T? Parse<T>(ReadOnlySpan<byte> value, TextParser<T> parse)
        where T : class
    {
        var reader = new Utf8JsonReader(value);
        if (value.IsEmpty || !reader.Read() || reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("a value has an unexpected type");
        }

        // Pinned, because the text can be or contain a secret: the garbage collector would leave copies behind.
        Span<char> text = value.Length <= 512 ? stackalloc char[512] : GC.AllocateUninitializedArray<char>(value.Length, pinned: true);
        try
        {
            return parse(text[..reader.CopyString(text)]);
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("a text is not Unicode", error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text));
        }
    }

    /// <summary>The items of a list.</summary>
    public static JsonItems Items(ReadOnlySpan<byte> list) => new(list);

    private static ReadOnlySpan<byte> Member(ReadOnlySpan<byte> json, string name)
    {
        var reader = new Utf8JsonReader(json);
        ReadOnlySpan<byte> found = default;
        reader.Read();
        bool isObject = reader.TokenType == JsonTokenType.StartObject;
        if (!isObject)
        {
            reader.Skip();
        }

        while (reader.Read() && isObject && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isNamed = IsNamed(ref reader, name);
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            found = isNamed ? json[start..(int)reader.BytesConsumed] : found;
        }

        // The reader refuses anything after a complete value.
        reader.Read();
        return found;
    }

    private static bool IsNamed(ref Utf8JsonReader reader, string name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            // Not a valid name: an escape in it is not Unicode.
            return false;
        }
    }
}
