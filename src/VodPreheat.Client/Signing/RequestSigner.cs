using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace VodPreheat.Client.Signing;

/// <summary>Signs with SDK-HMAC-SHA256: one HMAC with the secret key itself, no derived key, no region or date scope.</summary>
internal static class RequestSigner
{
    /// <summary>The name of the algorithm, the first word of the string to sign and of the Authorization header.</summary>
    public const string Algorithm = "SDK-HMAC-SHA256";

    /// <summary>A time in the format of X-Sdk-Date. Invariant: the calendar of the current culture can have other years.</summary>
    public static string FormatDate(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The string to sign.</summary>
    public static string StringToSign(string date, ReadOnlySpan<byte> canonicalRequest) =>
        $"{Algorithm}\n{date}\n{CanonicalRequest.Hash(canonicalRequest)}";

    /// <summary>The value of the Authorization header.</summary>
    public static string Authorization(string accessKey, ReadOnlySpan<byte> secretKey, string signedHeaders, string stringToSign)
    {
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> utf8 = stackalloc byte[Encoding.UTF8.GetByteCount(stringToSign)];
        Encoding.UTF8.GetBytes(stringToSign, utf8);
        HMACSHA256.HashData(secretKey, utf8, signature);
        return $"{Algorithm} Access={accessKey}, SignedHeaders={signedHeaders}, Signature={CanonicalRequest.LowerHex(signature)}";
    }
}
