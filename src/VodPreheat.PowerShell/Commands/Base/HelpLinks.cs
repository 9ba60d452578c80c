namespace VodPreheat.Commands;

/// <summary>Where Get-Help -Online leads.</summary>
internal static class HelpLinks
{
    /// <summary>The folder with a page per cmdlet.</summary>
    public const string Root = "https://github.com/vodpreheat/VodPreheat/blob/main/docs/";
}
