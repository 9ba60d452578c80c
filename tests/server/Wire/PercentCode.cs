using System.Text;

namespace VodPreheat.TestServer.Wire;

/// <summary>
/// Percent-encoding. Decoded text is kept as a string of bytes (one char a byte, Latin-1), so that nothing is lost
/// with invalid UTF-8, and so that the ordinal order is the code-point order that the signature requires.
/// </summary>
internal static class PercentCode
{
    /// <summary>Decodes a path: a plus is a plus.</summary>
    public static string Decode(string raw)
    {
        if (!raw.Contains('%', StringComparison.Ordinal))
        {
            return raw;
        }

        StringBuilder bytes = new(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '%' && i + 2 < raw.Length && char.IsAsciiHexDigit(raw[i + 1]) && char.IsAsciiHexDigit(raw[i + 2]))
            {
                bytes.Append((char)Convert.FromHexString(raw.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                bytes.Append(raw[i]);
            }
        }

        return bytes.ToString();
    }

    /// <summary>Decodes the pairs of a query; a plus is a space, as for web servers.</summary>
    public static IEnumerable<(string Key, string Value)> DecodeQuery(string raw)
    {
        foreach (string pair in raw.Replace('+', ' ').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0
                ? (Decode(pair), "")
                : (Decode(pair[..equals]), Decode(pair[(equals + 1)..]));
        }
    }

    /// <summary>Encodes all but the unreserved characters, with upper-case digits.</summary>
    public static string Encode(string bytes)
    {
        StringBuilder text = new(bytes.Length);
        foreach (char c in bytes)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~')
            {
                text.Append(c);
            }
            else
            {
                text.Append('%').Append(Convert.ToHexString([(byte)c]));
            }
        }

        return text.ToString();
    }

    /// <summary>Encodes ordinary text as UTF-8.</summary>
    public static string EncodeText(string text) => Encode(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)));

    /// <summary>Reads a string of bytes as UTF-8.</summary>
    public static string ToText(string bytes) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));
}
