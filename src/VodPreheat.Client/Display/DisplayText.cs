using System.Globalization;
using System.Text;

namespace VodPreheat.Client.Display;

/// <summary>
/// Makes a text from any source safe to display: without characters that control a terminal or reorder the text around them.
/// Objects keep the text unchanged.
/// </summary>
public static class DisplayText
{
    /// <summary>The maximum length of a text from elsewhere in a message, in characters.</summary>
    public const int MaxLength = 2000;

    /// <summary>Whether the text can be shown unchanged.</summary>
    public static bool IsClean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (!IsVisible(rune))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The text with one space for each run of control characters, format characters and line separators; truncated if it is longer than
    /// <paramref name="maxLength"/>.
    /// </summary>
    public static string Clean(string text, int maxLength = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= maxLength && IsClean(text))
        {
            return text;
        }

        var shown = new StringBuilder();
        bool inRun = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (shown.Length >= maxLength)
            {
                return shown.Append("...").ToString();
            }

            bool visible = IsVisible(rune);
            if (visible || !inRun)
            {
                shown.Append(visible ? rune.ToString() : " ");
            }

            inRun = !visible;
        }

        return shown.ToString();
    }

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
