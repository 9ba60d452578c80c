using System.Buffers.Text;
using System.Text;

namespace VodPreheat.Client.Secrets;

/// <summary>
/// Finds secrets in what a text says when it is decoded: as a URL, JSON, or HTML, also one inside another, and the base64 and hex in it.
/// </summary>
internal static class Notations
{
    // JSON in JSON in a URL.
    private const int MostLayers = 3;

    // Fewer characters of base64 or hex contain a short secret in many texts by chance.
    private const int ShortestPacked = 5;

    private delegate int Decoder(ReadOnlySpan<byte> text, Span<byte> decoded);

    // Each with the character that all of its escapes begin with. A decoded text is never longer.
    private static readonly (byte Escape, Decoder Decode)[] s_decoders =
    [
        ((byte)'%', Percent),
        ((byte)'+', Plus),
        ((byte)'\\', Json),
        ((byte)'&', Html),
    ];

    /// <summary>Whether a decoded form of the text contains a secret.</summary>
    public static bool ContainsEncoded(ReadOnlySpan<byte> text, SecretMatcher[] secrets) => ContainsEncoded(text, secrets, MostLayers);

    private static bool ContainsEncoded(ReadOnlySpan<byte> text, SecretMatcher[] secrets, int layers)
    {
        if (IsPacked(text, secrets, 6, Base64Value) || IsPacked(text, secrets, 4, HexValue))
        {
            return true;
        }

        foreach ((byte escape, Decoder decode) in s_decoders)
        {
            if (layers == 0 || !text.Contains(escape))
            {
                continue;
            }

            using var decoded = new SecretBuffer(text.Length);
            decoded.Advance(decode(text, decoded.GetSpan()));
            if (!decoded.Written.Span.SequenceEqual(text) && (Contains(decoded.Written.Span, secrets) || ContainsEncoded(decoded.Written.Span, secrets, layers - 1)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Contains(ReadOnlySpan<byte> text, SecretMatcher[] secrets)
    {
        Restart(secrets);
        foreach (byte value in text)
        {
            if (Next(secrets, value, shortest: 1))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a run of characters that have 4 or 6 bits each contains a secret, whichever of them its first byte begins in.</summary>
    private static bool IsPacked(ReadOnlySpan<byte> text, SecretMatcher[] secrets, int bitsEach, Func<byte, int> valueOf)
    {
        int shortest = ((ShortestPacked * bitsEach) + 7) / 8;
        for (int skipped = 0; skipped < (bitsEach == 6 ? 4 : 2); skipped++)
        {
            int run = 0;
            int bits = 0;
            int count = 0;
            foreach (byte character in text)
            {
                int value = valueOf(character);
                if (value < 0)
                {
                    run = 0;
                    continue;
                }

                if (run++ <= skipped)
                {
                    if (run <= skipped)
                    {
                        continue;
                    }

                    count = 0;
                    Restart(secrets);
                }

                bits = (bits << bitsEach) | value;
                count += bitsEach;
                if (count >= 8)
                {
                    count -= 8;
                    if (Next(secrets, (byte)(bits >> count), shortest))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    private static void Restart(SecretMatcher[] secrets)
    {
        for (int i = 0; i < secrets.Length; i++)
        {
            secrets[i].Restart();
        }
    }

    private static bool Next(SecretMatcher[] secrets, byte value, int shortest)
    {
        bool found = false;
        for (int i = 0; i < secrets.Length; i++)
        {
            found |= secrets[i].Next(value) && secrets[i].Length >= shortest;
        }

        return found;
    }

    private static int Percent(ReadOnlySpan<byte> text, Span<byte> decoded)
    {
        int length = 0;
        while (!text.IsEmpty)
        {
            int value = text[0] == '%' ? Hex(text[1..], 2) : -1;
            decoded[length++] = value < 0 ? text[0] : (byte)value;
            text = text[(value < 0 ? 1 : 3)..];
        }

        return length;
    }

    private static int Plus(ReadOnlySpan<byte> text, Span<byte> decoded)
    {
        text.CopyTo(decoded);
        decoded[..text.Length].Replace((byte)'+', (byte)' ');
        return text.Length;
    }

    private static int Json(ReadOnlySpan<byte> text, Span<byte> decoded)
    {
        int length = 0;
        while (!text.IsEmpty)
        {
            if (text is not [(byte)'\\', var escaped, ..])
            {
                decoded[length++] = text[0];
                text = text[1..];
                continue;
            }

            text = text[2..];
            int unit = escaped is (byte)'u' or (byte)'U' ? Hex(text, 4) : -1;
            if (unit < 0)
            {
                decoded[length++] = (char)escaped switch
                {
                    'b' => (byte)'\b',
                    'f' => (byte)'\f',
                    'n' => (byte)'\n',
                    'r' => (byte)'\r',
                    't' => (byte)'\t',
                    _ => escaped,
                };
                continue;
            }

            text = text[4..];
            int low = text is [(byte)'\\', (byte)'u' or (byte)'U', ..] ? Hex(text[2..], 4) : -1;
            bool isPair = low >= 0 && char.IsSurrogatePair((char)unit, (char)low);
            text = text[(isPair ? 6 : 0)..];
            length += Encode(isPair ? char.ConvertToUtf32((char)unit, (char)low) : unit, decoded[length..]);
        }

        return length;
    }

    private static int Html(ReadOnlySpan<byte> text, Span<byte> decoded)
    {
        int length = 0;
        while (!text.IsEmpty)
        {
            int end = text[0] == '&' ? text[..Math.Min(text.Length, 12)].IndexOf((byte)';') : -1;
            int character = end < 0 ? -1 : Entity(text[1..end]);
            if (character < 0)
            {
                decoded[length++] = text[0];
                text = text[1..];
            }
            else
            {
                length += Encode(character, decoded[length..]);
                text = text[(end + 1)..];
            }
        }

        return length;
    }

    private static int Entity(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("quot"u8) ? '"'
        : name.SequenceEqual("amp"u8) ? '&'
        : name.SequenceEqual("apos"u8) ? '\''
        : name.SequenceEqual("lt"u8) ? '<'
        : name.SequenceEqual("gt"u8) ? '>'
        : name is [(byte)'#', (byte)'x' or (byte)'X', ..] ? Hex(name[2..], name.Length - 2)
        : name is [(byte)'#', ..] && Utf8Parser.TryParse(name[1..], out int number, out int digits) && digits == name.Length - 1 ? number
        : -1;

    // A surrogate alone has no UTF-8 form: U+FFFD, as in the text itself.
    private static int Encode(int character, Span<byte> utf8) =>
        (Rune.IsValid(character) ? new Rune(character) : Rune.ReplacementChar).EncodeToUtf8(utf8);

    // -1 for what is not that many digits of hex.
    private static int Hex(ReadOnlySpan<byte> text, int digits)
    {
        if (digits is 0 or > 7 || text.Length < digits)
        {
            return -1;
        }

        int value = 0;
        foreach (byte digit in text[..digits])
        {
            int part = HexValue(digit);
            if (part < 0)
            {
                return -1;
            }

            value = (value << 4) | part;
        }

        return value;
    }

    private static int HexValue(byte digit) => char.IsAsciiHexDigit((char)digit) ? (digit & 15) + (digit > '9' ? 9 : 0) : -1;

    private static int Base64Value(byte character) => (char)character switch
    {
        >= 'A' and <= 'Z' => character - 'A',
        >= 'a' and <= 'z' => character - 'a' + 26,
        >= '0' and <= '9' => character - '0' + 52,
        '+' or '-' => 62,
        '/' or '_' => 63,
        _ => -1,
    };
}
