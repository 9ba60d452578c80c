using System.Globalization;
using System.Text;

namespace VodPreheat.Client.Display;

/// <summary>
/// The width of a text in cells of a terminal, and its parts that fit a width. A part begins and ends between characters: not inside a
/// surrogate pair, a character and its combining marks, or the escaped bytes of one character (%E4%B8%AD).
/// </summary>
public static class TerminalText
{
    private const int LongestEscape = 4 * 3;

    /// <summary>
    /// The most cells that the text takes. A combining mark takes none in a terminal, but PowerShell counts a cell for it, and wraps what it
    /// finds too wide.
    /// </summary>
    public static int WidthOf(ReadOnlySpan<char> text)
    {
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width += IsWide(rune.Value) ? 2 : 1;
        }

        return width;
    }

    /// <summary>The longest beginning of the text that is not wider.</summary>
    public static ReadOnlySpan<char> Start(ReadOnlySpan<char> text, int cells)
    {
        int end = 0;
        while (end < text.Length)
        {
            int length = NextLength(text[end..]);
            cells -= WidthOf(text.Slice(end, length));
            if (cells < 0)
            {
                break;
            }

            end += length;
        }

        return text[..end];
    }

    /// <summary>The longest end of the text that is not wider.</summary>
    public static ReadOnlySpan<char> End(ReadOnlySpan<char> text, int cells)
    {
        int excess = WidthOf(text) - cells;
        while (excess > 0)
        {
            int length = NextLength(text);
            excess -= WidthOf(text[..length]);
            text = text[length..];
        }

        return text;
    }

    private static int NextLength(ReadOnlySpan<char> text)
    {
        if (!IsEscape(text))
        {
            return StringInfo.GetNextTextElementLength(text);
        }

        int length = 3;
        while (length < LongestEscape && IsEscape(text[length..]) && text[length + 1] is '8' or '9' or 'A' or 'B' or 'a' or 'b')
        {
            length += 3;
        }

        return length - 1 + StringInfo.GetNextTextElementLength(text[(length - 1)..]);
    }

    private static bool IsEscape(ReadOnlySpan<char> text) =>
        text.Length >= 3 && text[0] == '%' && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]);

    // The wide characters of Unicode (East_Asian_Width W and F), with their blocks rounded up. Symbols and everything beyond the first plane
    // count as wide, because terminals differ there.
    private static bool IsWide(int rune) => rune is
        (>= 0x1100 and <= 0x115F) or (>= 0x2300 and <= 0x23FF) or (>= 0x2600 and <= 0x27BF) or (>= 0x2B00 and <= 0x2BFF)
        or (>= 0x2E80 and <= 0xA4CF) or (>= 0xA960 and <= 0xA97F) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0xFE10 and <= 0xFE19) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6)
        or >= 0x10000;
}
