using System.Globalization;
using System.Security.Cryptography;
using System.Text.Unicode;

namespace VodPreheat.Client.Signing;

/// <summary>Signs with SDK-HMAC-SHA256: one HMAC with the secret key itself, no derived key, no region or date scope.</summary>
internal static class RequestSigner
{
    /// <summary>The name of the algorithm, the first word of the string to sign and of the Authorization header.</summary>
    public const string Algorithm = "SDK-HMAC-SHA256";

    /// <summary>A time in the format of X-Sdk-Date. Invariant: the calendar of the current culture can have other years.</summary>
    public static string FormatDate(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The string to sign, in UTF-8.</summary>
    public static byte[] StringToSign(string date, ReadOnlySpan<byte> canonicalRequest)
    {
        ReadOnlySpan<char> hex = CanonicalRequest.Hash(canonicalRequest, stackalloc char[CanonicalRequest.HexLength]);
        byte[] text = new byte[Algorithm.Length + date.Length + hex.Length + 2];
        Utf8.TryWrite(text, $"{Algorithm}\n{date}\n{hex}", out _);
        return text;
    }

    /// <summary>The value of the Authorization header.</summary>
    public static string Authorization(string accessKey, ReadOnlySpan<byte> secretKey, string signedHeaders, ReadOnlySpan<byte> stringToSign)
    {
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secretKey, stringToSign, signature);
        ReadOnlySpan<char> hex = CanonicalRequest.LowerHex(signature, stackalloc char[CanonicalRequest.HexLength]);
        return $"{Algorithm} Access={accessKey}, SignedHeaders={signedHeaders}, Signature={hex}";
    }
}
