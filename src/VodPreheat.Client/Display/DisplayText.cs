using System.Globalization;
using System.Text;

namespace VodPreheat.Client.Display;

/// <summary>
/// Makes a text fit to be shown, whoever wrote it: without characters that drive a terminal or reorder what stands beside them.
/// Objects keep the text as it came.
/// </summary>
public static class DisplayText
{
    /// <summary>The longest text of others that is shown in a message, in characters.</summary>
    public const int MaxLength = 2000;

    /// <summary>Whether the text can be shown as it is.</summary>
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
    /// The text with one blank for each run of control characters, format characters and line separators; what is longer than
    /// <paramref name="maxLength"/> is cut.
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
