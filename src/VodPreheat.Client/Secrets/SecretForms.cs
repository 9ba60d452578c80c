using System.Buffers;
using System.Globalization;
using System.Text;

namespace VodPreheat.Client.Secrets;

/// <summary>
/// Finds a secret in a text by comparing while it decodes, so that no copy of the secret is made: neither to search for it nor in any
/// of the forms in which a service may echo it.
/// </summary>
internal static class SecretForms
{
    // Fewer characters of hex or base64 occur in many texts by chance.
    private const int ShortestEncoded = 5;

    // What an escape begins with: in no notation, in URLs, JSON and HTML. One notation at a time, because an escape in one
    // is literal characters in another.
    private const string Notations = "\0%\\&";

    /// <summary>
    /// How many characters at the start of the text are the secret: as it is, escaped as in a URL, in JSON or in HTML, or in hex;
    /// 0 if none.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="secret">The secret in UTF-8.</param>
    public static int LengthAtStart(ReadOnlySpan<char> text, ReadOnlySpan<byte> secret)
    {
        int longest = Hex(text, secret);
        Rune.DecodeFromUtf8(secret, out Rune first, out _);
        if (text is not ['%' or '+' or '\\' or '&', ..] && Literal(text, first) == 0)
        {
            // Almost every position in almost every text.
            return longest;
        }

        foreach (char notation in Notations)
        {
            longest = Math.Max(longest, Spelled(text, secret, notation));
        }

        return longest;
    }

    /// <summary>
    /// Whether base64 of a larger text, such as "user:password", contains the secret. The characters that share their bits with
    /// what is before and after it are not compared.
    /// </summary>
    /// <param name="base64">One run of base64, in either alphabet.</param>
    /// <param name="secret">The secret in UTF-8.</param>
    public static bool IsInBase64(ReadOnlySpan<char> base64, ReadOnlySpan<byte> secret)
    {
        // The first bit that begins a character, for each position that the secret can have in a group of three bytes.
        foreach (int first in (ReadOnlySpan<int>)[0, 4, 2])
        {
            int length = ((secret.Length * 8) - first) / 6;
            for (int start = 0; length >= ShortestEncoded && start + length <= base64.Length; start++)
            {
                int same = 0;
                while (same < length && Base64Value(base64[start + same]) == Sextet(secret, first + (same * 6)))
                {
                    same++;
                }

                if (same == length)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>How many characters at the start of the text may be base64, without padding.</summary>
    public static int Base64RunLength(ReadOnlySpan<char> text)
    {
        int length = 0;
        while (length < text.Length && Base64Value(text[length]) >= 0)
        {
            length++;
        }

        return length;
    }

    private static int Spelled(ReadOnlySpan<char> text, ReadOnlySpan<byte> secret, char notation)
    {
        int length = 0;
        while (!secret.IsEmpty)
        {
            Rune.DecodeFromUtf8(secret, out Rune rune, out int bytes);
            ReadOnlySpan<char> rest = text[length..];
            int spelled = Escape(rest, rune, secret[..bytes], notation);
            spelled = spelled == 0 ? Literal(rest, rune) : spelled;
            if (spelled == 0)
            {
                return 0;
            }

            length += spelled;
            secret = secret[bytes..];
        }

        return length;
    }

    private static int Literal(ReadOnlySpan<char> text, Rune rune) =>
        Rune.DecodeFromUtf16(text, out Rune found, out int length) == OperationStatus.Done && found == rune ? length : 0;

    private static int Escape(ReadOnlySpan<char> text, Rune rune, ReadOnlySpan<byte> utf8, char notation) => notation switch
    {
        '%' => text is ['+', ..] && rune.Value == ' ' ? 1 : Percent(text, utf8),
        '\\' => Backslash(text, rune),
        '&' => Entity(text, rune),
        _ => 0,
    };

    private static int Percent(ReadOnlySpan<char> text, ReadOnlySpan<byte> utf8)
    {
        for (int i = 0; i < utf8.Length; i++)
        {
            if (text.Length < 3 || text[0] != '%' || HexValue(text.Slice(1, 2)) != utf8[i])
            {
                return 0;
            }

            text = text[3..];
        }

        return utf8.Length * 3;
    }

    // As many backslashes as there are: JSON in JSON has three before a quotation mark.
    private static int Backslash(ReadOnlySpan<char> text, Rune rune)
    {
        int slashes = text.IndexOfAnyExcept('\\') is >= 0 and int other ? other : text.Length;
        if (slashes == 0 || rune.Value == '\\')
        {
            return slashes >= 2 ? 2 : 0;
        }

        ReadOnlySpan<char> rest = text[slashes..];
        if (rest is not ['u' or 'U', ..])
        {
            char named = rune.Value switch { '\b' => 'b', '\f' => 'f', '\n' => 'n', '\r' => 'r', '\t' => 't', _ => '\0' };
            int length = named != '\0' && rest is [var first, ..] && first == named ? 1 : Literal(rest, rune);
            return length == 0 ? 0 : slashes + length;
        }

        Span<char> units = stackalloc char[2];
        int count = rune.EncodeToUtf16(units);
        if (rest.Length < 5 || HexValue(rest.Slice(1, 4)) != units[0])
        {
            return Literal(rest, rune) is > 0 and int letter ? slashes + letter : 0;
        }

        if (count == 1)
        {
            return slashes + 5;
        }

        ReadOnlySpan<char> low = rest[5..].TrimStart('\\');
        return low is ['u' or 'U', ..] && low.Length >= 5 && HexValue(low.Slice(1, 4)) == units[1] ? text.Length - low.Length + 5 : 0;
    }

    private static int Entity(ReadOnlySpan<char> text, Rune rune)
    {
        int end = text is ['&', ..] ? text[..Math.Min(text.Length, 12)].IndexOf(';') : -1;
        if (end < 0)
        {
            return 0;
        }

        ReadOnlySpan<char> name = text[1..end];
        int value = name switch
        {
            "quot" => '"',
            "amp" => '&',
            "apos" => '\'',
            "lt" => '<',
            "gt" => '>',
            ['#', 'x' or 'X', ..] => int.TryParse(name[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int hex) ? hex : -1,
            ['#', ..] => int.TryParse(name[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1,
            _ => -1,
        };
        return value == rune.Value ? end + 1 : 0;
    }

    private static int Hex(ReadOnlySpan<char> text, ReadOnlySpan<byte> secret)
    {
        int length = secret.Length * 2;
        if (length < ShortestEncoded || text.Length < length)
        {
            return 0;
        }

        for (int i = 0; i < secret.Length; i++)
        {
            if (HexValue(text.Slice(i * 2, 2)) != secret[i])
            {
                return 0;
            }
        }

        return length;
    }

    // -1 for what is not hex.
    private static int HexValue(ReadOnlySpan<char> digits)
    {
        int value = 0;
        foreach (char digit in digits)
        {
            if (!char.IsAsciiHexDigit(digit))
            {
                return -1;
            }

            value = (value << 4) | (char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return value;
    }

    private static int Sextet(ReadOnlySpan<byte> bytes, int bit)
    {
        int at = bit / 8;
        int pair = (bytes[at] << 8) | (at + 1 < bytes.Length ? bytes[at + 1] : 0);
        return (pair >> (10 - (bit % 8))) & 63;
    }

    // -1 for what is not base64.
    private static int Base64Value(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '+' or '-' => 62,
        '/' or '_' => 63,
        _ => -1,
    };
}
