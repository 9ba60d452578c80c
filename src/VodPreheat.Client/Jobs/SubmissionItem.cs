using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Jobs;

/// <summary>An item of the input of a command that submits.</summary>
/// <param name="Text">A URL, or the ID of an asset.</param>
/// <param name="IsAsset">Whether it is the ID of an asset.</param>
/// <param name="IsInvalid">Whether it is neither, whatever its text is.</param>
public readonly record struct SubmissionItem(string? Text, bool IsAsset, bool IsInvalid = false)
{
    internal bool IsValid => !IsInvalid && (IsAsset ? InputText.IsId(TrimmedText) : PreheatUrl.IsValid(TrimmedText));

    internal string TrimmedText => InputText.Trim(Text ?? string.Empty);
}
