using System.Security.Cryptography;
using System.Text;
using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer.Services;

/// <summary>SDK-HMAC-SHA256, computed from the request as received.</summary>
internal sealed record Signature(string AccessKey, string[] SignedHeaders, string Value)
{
    public const string Algorithm = "SDK-HMAC-SHA256";

    /// <summary>Reads "SDK-HMAC-SHA256 Access=..., SignedHeaders=a;b, Signature=..."; null if it is not of that form.</summary>
    public static Signature? Parse(string authorization)
    {
        if (!authorization.StartsWith(Algorithm + " ", StringComparison.Ordinal))
        {
            return null;
        }

        Dictionary<string, string> parts = [];
        foreach (string part in authorization[(Algorithm.Length + 1)..].Split(", "))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                parts[part[..equals]] = part[(equals + 1)..];
            }
        }

        return parts.TryGetValue("Access", out string? accessKey)
            && parts.TryGetValue("SignedHeaders", out string? headers)
            && parts.TryGetValue("Signature", out string? value)
            ? new Signature(accessKey, headers.Split(';'), value)
            : null;
    }

    public bool Covers(string header) => SignedHeaders.Contains(header);

    /// <summary>The canonical request, with its headers in the correct order, whatever order the client listed them in.</summary>
    public string CanonicalRequest(RecordedRequest request)
    {
        string[] headers = [.. SignedHeaders.Select(name => name.ToLowerInvariant()).Order(StringComparer.Ordinal)];
        StringBuilder text = new();
        text.Append(request.Method).Append('\n');
        text.Append(CanonicalPath(request.Path)).Append('\n');
        text.Append(CanonicalQuery(request.Query)).Append('\n');
        foreach (string name in headers)
        {
            text.Append(name).Append(':').Append(request.Header(name)?.Trim()).Append('\n');
        }

        text.Append('\n').AppendJoin(';', headers).Append('\n');
        text.Append(request.Header("X-Sdk-Content-Sha256") ?? BodyHash(request));
        return text.ToString();
    }

    public bool Matches(string secret, string date, string canonicalRequest)
    {
        string toSign = $"{Algorithm}\n{date}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalRequest)))}";
        return Value == Hex(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(toSign)));
    }

    public static string BodyHash(RecordedRequest request) => Hex(SHA256.HashData(request.BodyBytes));

    private static string CanonicalPath(string path)
    {
        string encoded = string.Join('/', PercentCode.Decode(path).Split('/').Select(PercentCode.Encode));
        return encoded.EndsWith('/') ? encoded : encoded + "/";
    }

    // Sorted before encoding, by key and then by value.
    private static string CanonicalQuery(string query) => string.Join('&', PercentCode.DecodeQuery(query)
        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .ThenBy(pair => pair.Value, StringComparer.Ordinal)
        .Select(pair => $"{PercentCode.Encode(pair.Key)}={PercentCode.Encode(pair.Value)}"));

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
}
