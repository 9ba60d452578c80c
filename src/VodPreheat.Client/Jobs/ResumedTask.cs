using VodPreheat.Client.Journal;

namespace VodPreheat.Client.Jobs;

/// <summary>A task of an earlier run.</summary>
/// <param name="Submission">The submission that was accepted.</param>
/// <param name="Urls">Those of its URLs for which it is the newest task.</param>
public sealed record ResumedTask(Submission Submission, IReadOnlyList<string> Urls);
