using VodPreheat.Client.Errors;
using VodPreheat.Client.Journal;

namespace VodPreheat.Client.Jobs;

/// <summary>What a submission led to.</summary>
/// <param name="Fate">The fate of its items.</param>
/// <param name="Submission">The submission with its task ID, if it was accepted; else null.</param>
/// <param name="Failure">Why it was not accepted; null if it was, or if it was stopped before it was sent.</param>
public sealed record SubmissionAnswer(SubmissionFate Fate, Submission? Submission, VodClientException? Failure);
