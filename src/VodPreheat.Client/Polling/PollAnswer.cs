using VodPreheat.Client.Errors;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Polling;

/// <summary>What a query of a task said.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Rows">Its rows; empty after a failure.</param>
/// <param name="Failure">The failure after which polling makes no sense; null if there is none.</param>
/// <param name="HasEnded">Whether the task is not queried again: every row is final, or the query failed.</param>
public readonly record struct PollAnswer(string TaskId, IReadOnlyList<UrlResult> Rows, VodClientException? Failure, bool HasEnded);
