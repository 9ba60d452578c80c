using System.Security.Cryptography;
using System.Text;

namespace VodPreheat.Client.Signing;

/// <summary>The canonical request of SDK-HMAC-SHA256. Source: devg-apisign/api-sign-algorithm-001 to -005.</summary>
internal static class CanonicalRequest
{
    /// <summary>Joins the six parts by LF.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="canonicalPath">See <see cref="UriEncoding.CanonicalPath"/>.</param>
    /// <param name="canonicalQuery">See <see cref="UriEncoding.CanonicalQuery"/>; empty for none.</param>
    /// <param name="headers">The headers to sign: lowercase names, in ordinal order.</param>
    /// <param name="payloadHash">Lowercase hex SHA-256 of the body.</param>
    public static string Build(
        string method,
        string canonicalPath,
        string canonicalQuery,
        IReadOnlyList<KeyValuePair<string, string>> headers,
        string payloadHash)
    {
        var text = new StringBuilder(512)
            .Append(method).Append('\n')
            .Append(canonicalPath).Append('\n')
            .Append(canonicalQuery).Append('\n');
        foreach ((string name, string value) in headers)
        {
            text.Append(name).Append(':').Append(value.AsSpan().Trim()).Append('\n');
        }

        text.Append('\n');
        AppendNames(text, headers);
        return text.Append('\n').Append(payloadHash).ToString();
    }

    /// <summary>The names of the signed headers, joined by semicolons.</summary>
    public static StringBuilder AppendNames(StringBuilder text, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        for (int i = 0; i < headers.Count; i++)
        {
            text.Append(i == 0 ? "" : ";").Append(headers[i].Key);
        }

        return text;
    }

    /// <summary>Lowercase hex SHA-256, of a body or of a canonical request.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return LowerHex(hash);
    }

    /// <summary>Bytes as lowercase hex.</summary>
    // Convert.ToHexStringLower is not in .NET 8, the oldest runtime of the module.
    public static string LowerHex(ReadOnlySpan<byte> bytes)
    {
        const string Digits = "0123456789abcdef";
        Span<char> text = stackalloc char[bytes.Length * 2];
        for (int i = 0; i < bytes.Length; i++)
        {
            text[i * 2] = Digits[bytes[i] >> 4];
            text[(i * 2) + 1] = Digits[bytes[i] & 15];
        }

        return new string(text);
    }
}
