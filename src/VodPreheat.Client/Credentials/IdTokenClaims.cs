using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Credentials;

/// <summary>
/// Describes the claims of an identity token, to be shown when IAM refuses it: IAM has the same few answers for a wrong audience, an
/// expired token and a missing rule. Nothing is verified here, and nothing depends on it.
/// </summary>
/// <remarks>Source: RFC 7519, sections 3 and 4.1.</remarks>
internal static class IdTokenClaims
{
    /// <summary>Issuer, audience, subject and expiry of the token, as a sentence, which may contain control characters.</summary>
    public static string Describe(Secret token, DateTimeOffset now)
    {
        byte[] claims = Payload(token.Bytes);
        try
        {
            using var document = JsonDocument.Parse(claims);
            JsonElement root = document.RootElement;
            return $"The token has issuer {Text(root, "iss")}, audience {Text(root, "aud")}, subject {Text(root, "sub")}, and {End(root, now)}.";
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return "The token is not a readable JWT.";
        }
    }

    // The part between the dots, base64url without padding; empty if there is none.
    private static byte[] Payload(ReadOnlySpan<byte> token)
    {
        int first = token.IndexOf((byte)'.');
        int second = first < 0 ? -1 : token[(first + 1)..].IndexOf((byte)'.');
        if (second < 0)
        {
            return [];
        }

        ReadOnlySpan<byte> part = token.Slice(first + 1, second);
        byte[] text = new byte[(part.Length + 3) / 4 * 4];
        text.AsSpan().Fill((byte)'=');
        part.CopyTo(text);
        text.AsSpan().Replace((byte)'-', (byte)'+');
        text.AsSpan().Replace((byte)'_', (byte)'/');
        return Base64.DecodeFromUtf8InPlace(text, out int length) == OperationStatus.Done ? text[..length] : [];
    }

    private static string Text(JsonElement claims, string name) => claims.TryGetProperty(name, out JsonElement value)
        ? $"'{value}'"
        : "(none)";

    private static string End(JsonElement claims, DateTimeOffset now)
    {
        if (!claims.TryGetProperty("exp", out JsonElement value) || value.ValueKind != JsonValueKind.Number
            || !value.TryGetDouble(out double seconds) || seconds < 0 || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return "no end";
        }

        DateTimeOffset end = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{(end <= now ? "expired" : "expires")} at {end:yyyy-MM-dd'T'HH:mm:ss'Z'}");
    }
}
