using System.Security.Cryptography;
using System.Text;

namespace VodPreheat.Client.Signing;

/// <summary>The canonical request of SDK-HMAC-SHA256. Source: devg-apisign/api-sign-algorithm-001 to -005.</summary>
internal static class CanonicalRequest
{
    /// <summary>The length of a SHA-256 hash or signature in hex.</summary>
    public const int HexLength = 2 * SHA256.HashSizeInBytes;

    // Most requests are queries, whose body is empty.
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>Joins the six parts by LF. The caller wipes the result: a security token can be in it.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="canonicalPath">See <see cref="UriEncoding.CanonicalPath"/>.</param>
    /// <param name="canonicalQuery">See <see cref="UriEncoding.CanonicalQuery"/>; empty for none.</param>
    /// <param name="headers">The headers to sign: lowercase names, in ordinal order.</param>
    /// <param name="signedHeaders">See <see cref="SignedHeaders"/>.</param>
    /// <param name="payloadHash">Lowercase hex SHA-256 of the body.</param>
    /// <returns>The canonical request in UTF-8.</returns>
    public static byte[] Build(
        string method,
        string canonicalPath,
        ReadOnlySpan<char> canonicalQuery,
        IReadOnlyList<KeyValuePair<string, string>> headers,
        string signedHeaders,
        string payloadHash)
    {
        int length = SizeOf(method) + SizeOf(canonicalPath) + SizeOf(canonicalQuery) + SizeOf("") + SizeOf(signedHeaders) + SizeOf(payloadHash) - 1;
        for (int i = 0; i < headers.Count; i++)
        {
            length += SizeOf(headers[i].Key) + SizeOf(headers[i].Value.AsSpan().Trim());
        }

        // Not in a buffer that grows: it would leave copies of a security token, and more to collect for each request.
        byte[] utf8 = new byte[length];
        Span<byte> rest = utf8;
        Append(ref rest, method, '\n');
        Append(ref rest, canonicalPath, '\n');
        Append(ref rest, canonicalQuery, '\n');
        for (int i = 0; i < headers.Count; i++)
        {
            Append(ref rest, headers[i].Key, ':');
            Append(ref rest, headers[i].Value.AsSpan().Trim(), '\n');
        }

        Append(ref rest, "", '\n');
        Append(ref rest, signedHeaders, '\n');
        Encoding.UTF8.GetBytes(payloadHash, rest);
        return utf8;

        static int SizeOf(ReadOnlySpan<char> part) => Encoding.UTF8.GetByteCount(part) + 1;

        static void Append(ref Span<byte> rest, ReadOnlySpan<char> part, char end)
        {
            int length = Encoding.UTF8.GetBytes(part, rest);
            rest[length] = (byte)end;
            rest = rest[(length + 1)..];
        }
    }

    /// <summary>The names of the headers to sign, joined by semicolons.</summary>
    public static string SignedHeaders(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        string names = headers[0].Key;
        for (int i = 1; i < headers.Count; i++)
        {
            names += ";" + headers[i].Key;
        }

        return names;
    }

    /// <summary>Lowercase hex SHA-256 of a body.</summary>
    public static string Hash(ReadOnlySpan<byte> body) => body.IsEmpty ? EmptyHash : Hash(body, stackalloc char[HexLength]).ToString();

    /// <summary>Lowercase hex SHA-256, of a body or of a canonical request.</summary>
    /// <param name="bytes">The body or canonical request.</param>
    /// <param name="text">A buffer of <see cref="HexLength"/>.</param>
    public static ReadOnlySpan<char> Hash(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return LowerHex(hash, text);
    }

    /// <summary>Bytes as lowercase hex, in a buffer of the caller.</summary>
    // Convert.ToHexStringLower is not in .NET 8, the oldest runtime of the module.
    public static ReadOnlySpan<char> LowerHex(scoped ReadOnlySpan<byte> bytes, Span<char> text)
    {
        const string Digits = "0123456789abcdef";
        for (int i = 0; i < bytes.Length; i++)
        {
            text[i * 2] = Digits[bytes[i] >> 4];
            text[(i * 2) + 1] = Digits[bytes[i] & 15];
        }

        return text;
    }
}
