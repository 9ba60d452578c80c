using System.Text;

namespace VodPreheat.Client.Signing;

/// <summary>
/// The percent-encoding of SDK-HMAC-SHA256: unreserved is A-Z a-z 0-9 - _ . ~, everything else is uppercase hex of its UTF-8 bytes.
/// What is signed and what is sent is the same text. Source: devg-apisign/api-sign-algorithm-002 and -003.
/// </summary>
internal static class UriEncoding
{
    private const string Hex = "0123456789ABCDEF";

    /// <summary>Encodes one path segment, query name or query value.</summary>
    public static string Encode(string text)
    {
        int clean = 0;
        while (clean < text.Length && IsUnreserved(text[clean]))
        {
            clean++;
        }

        if (clean == text.Length)
        {
            return text;
        }

        // A lone surrogate becomes U+FFFD here, both in the signature and on the wire.
        var encoded = new StringBuilder(text.Length * 3);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            if (IsUnreserved((char)b))
            {
                encoded.Append((char)b);
            }
            else
            {
                encoded.Append('%').Append(Hex[b >> 4]).Append(Hex[b & 15]);
            }
        }

        return encoded.ToString();
    }

    /// <summary>The canonical URI of a path: each segment decoded, encoded again, and a slash at the end.</summary>
    public static string CanonicalPath(string path)
    {
        if (IsCanonical(path))
        {
            return path + "/";
        }

        string encoded = string.Join('/', path.Split('/').Select(static segment => Encode(Uri.UnescapeDataString(segment))));
        return encoded.EndsWith('/') ? encoded : encoded + "/";
    }

    /// <summary>The canonical query: sorted by raw name, then raw value, both by code point, and only then encoded.</summary>
    public static string CanonicalQuery(IEnumerable<KeyValuePair<string, string>> parameters) => string.Join('&', parameters
        .OrderBy(static pair => pair.Key, CodePointOrder.Instance)
        .ThenBy(static pair => pair.Value, CodePointOrder.Instance)
        .Select(static pair => $"{Encode(pair.Key)}={Encode(pair.Value)}"));

    // True for the paths of this API. Without LINQ: it runs for every request.
    private static bool IsCanonical(string path)
    {
        foreach (char c in path)
        {
            if (!IsUnreserved(c) && c != '/')
            {
                return false;
            }
        }

        return !path.EndsWith('/');
    }

    private static bool IsUnreserved(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~';

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
