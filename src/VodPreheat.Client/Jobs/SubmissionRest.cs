namespace VodPreheat.Client.Jobs;

/// <summary>What of an input was neither submitted nor reported when its command ended.</summary>
/// <param name="Unsent">The items that were not submitted, without those that are known to be invalid.</param>
/// <param name="Invalid">The invalid items.</param>
/// <param name="Abandoned">The request that was sent, or may have been, and whose answer was not reported; null if there is none.</param>
public sealed record SubmissionRest(
    IReadOnlyList<string> Unsent, IReadOnlyList<SubmissionItem> Invalid, SubmissionRequest? Abandoned);
