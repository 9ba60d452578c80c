using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using VodPreheat.TestServer.State;

namespace VodPreheat.TestServer.Services;

/// <summary>Creates and verifies identity tokens: JWTs signed with HS256 (RFC 7515, 7519).</summary>
internal static class IdToken
{
    public static string Make(IdentityProvider provider, string audience, string subject, DateTimeOffset issuedAt, DateTimeOffset end)
    {
        string signed = Part(new { alg = "HS256", typ = "JWT", kid = provider.Id }) + "." + Part(new
        {
            iss = provider.Issuer,
            aud = audience,
            sub = subject,
            iat = issuedAt.ToUnixTimeSeconds(),
            exp = end.ToUnixTimeSeconds(),
            jti = Guid.NewGuid(),
        });
        return $"{signed}.{Encode(Sign(provider, signed))}";
    }

    /// <summary>The claims of a valid token of the provider, for this client; null for any other.</summary>
    public static JsonElement? Check(IdentityProvider provider, string token, DateTimeOffset now)
    {
        if (token.Split('.') is not [string header, string payload, string signature]
            || Decode(signature) is not { } given
            || !CryptographicOperations.FixedTimeEquals(Sign(provider, $"{header}.{payload}"), given)
            || Decode(payload) is not { } bytes
            || Json.TryParse(bytes) is not { } claims
            || Json.Text(claims, "iss") != provider.Issuer
            || Json.Text(claims, "aud") != provider.ClientId
            || Json.At(claims, "exp") is not { ValueKind: JsonValueKind.Number } end
            || now.ToUnixTimeSeconds() >= end.GetInt64())
        {
            return null;
        }

        return claims;
    }

    private static string Part(object claims) => Encode(JsonSerializer.SerializeToUtf8Bytes(claims));

    private static byte[] Sign(IdentityProvider provider, string text) => HMACSHA256.HashData(provider.Key, Encoding.ASCII.GetBytes(text));

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static byte[]? Decode(string text)
    {
        string padded = text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (text.Length % 4)) % 4);
        return Base64.IsValid(padded) ? Convert.FromBase64String(padded) : null;
    }
}
