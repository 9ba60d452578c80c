namespace VodPreheat;

/// <summary>Properties of models that are null if there is no text.</summary>
internal static class OptionalText
{
    /// <summary>The text, or null: PowerShell sets a text to an empty one if it is given $null.</summary>
    public static string? From(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
