using System.Buffers;
using System.Text;

namespace VodPreheat.Client.Signing;

/// <summary>
/// The percent-encoding of SDK-HMAC-SHA256 is that of Uri.EscapeDataString: unreserved is A-Z a-z 0-9 - _ . ~, everything else is
/// uppercase hex of its UTF-8 bytes, U+FFFD for a lone surrogate. What is signed and what is sent is the same text.
/// Source: devg-apisign/api-sign-algorithm-002 and -003.
/// </summary>
internal static class UriEncoding
{
    private static readonly SearchValues<char> s_canonical = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/");

    /// <summary>The canonical URI of a path: each segment decoded, encoded again, and a slash at the end.</summary>
    public static string CanonicalPath(string path)
    {
        // The paths of this API, which are signed for every request.
        if (!path.EndsWith('/') && !path.AsSpan().ContainsAnyExcept(s_canonical))
        {
            return path + "/";
        }

        string encoded = string.Join('/', path.Split('/').Select(static segment => Uri.EscapeDataString(Uri.UnescapeDataString(segment))));
        return encoded.EndsWith('/') ? encoded : encoded + "/";
    }

    /// <summary>The canonical query: sorted by raw name, then raw value, both by code point, and only then encoded.</summary>
    public static string CanonicalQuery(IEnumerable<KeyValuePair<string, string>> parameters) => string.Join('&', parameters
        .OrderBy(static pair => pair.Key, CodePointOrder.Instance)
        .ThenBy(static pair => pair.Value, CodePointOrder.Instance)
        .Select(static pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));

    /// <summary>Order by code point, in which a surrogate pair comes after every character of the basic plane.</summary>
    private sealed class CodePointOrder : IComparer<string>
    {
        public static readonly CodePointOrder Instance = new();

        public int Compare(string? x, string? y)
        {
            byte[] left = Encoding.UTF8.GetBytes(x ?? string.Empty);
            return left.AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? string.Empty));
        }
    }
}
