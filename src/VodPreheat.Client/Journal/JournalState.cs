using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Journal;

/// <summary>Whether a journal can be written.</summary>
/// <param name="Place">Where it is, or why there is none or it cannot be written.</param>
/// <param name="Failure">Why a submission would fail; null if it would not.</param>
internal sealed record JournalState(string Place, VodClientException? Failure = null);
