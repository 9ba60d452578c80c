using System.Buffers;
using System.Globalization;
using System.Text;

namespace VodPreheat.Client.Preheating;

/// <summary>The URLs and IDs of lists, which come from files, tables, and chats, with characters that nobody sees.</summary>
public static class InputText
{
    private const char ByteOrderMark = '\uFEFF';

    // Written by a decoder for bytes that are no character in its encoding.
    private const string Unreadable = "U+FFFD";

    /// <summary>The text without white space around it, and without a byte order mark.</summary>
    public static string Trim(string text)
    {
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        trimmed = trimmed.StartsWith([ByteOrderMark]) ? trimmed[1..] : trimmed;
        trimmed = trimmed.EndsWith([ByteOrderMark]) ? trimmed[..^1] : trimmed;
        return trimmed.Trim().ToString();
    }

    /// <summary>Whether a trimmed text can be the ID of a task or an asset.</summary>
    public static bool IsId(string text) => !string.IsNullOrEmpty(text) && FaultOf(text) is null;

    /// <summary>What of the text cannot be sent or seen, with its place; null if there is nothing.</summary>
    public static InputFault? FaultOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int used;
        for (int i = 0; i < text.Length; i += used)
        {
            bool isWhole = Rune.DecodeFromUtf16(text.AsSpan(i), out Rune rune, out used) == OperationStatus.Done;
            string? what = !isWhole ? string.Create(CultureInfo.InvariantCulture, $"half of a character (U+{(int)text[i]:X4})")
                : rune == Rune.ReplacementChar ? Unreadable
                : IsInvisible(rune) ? string.Create(CultureInfo.InvariantCulture, $"an invisible character (U+{rune.Value:X4})")
                : null;
            if (what is not null)
            {
                string place = string.Create(CultureInfo.InvariantCulture, $"It contains {what} at position {i + 1}");
                return what == Unreadable
                    ? new($"{place}: the text was read in the wrong encoding.", "Read the list in the encoding that it was saved in: {Encoding}.")
                    : new($"{place}.", "Remove the character.");
            }
        }

        return null;
    }

    // A space is seen between other characters.
    private static bool IsInvisible(Rune rune) => rune.Value != ' ' && Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
