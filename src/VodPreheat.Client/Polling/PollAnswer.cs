using VodPreheat.Client.Errors;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Polling;

/// <summary>The answer to a query of a task.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Results">Its results; empty after a failure.</param>
/// <param name="Failure">The failure after which the task is not queried again; null if there is none.</param>
/// <param name="HasEnded">Whether the task is not queried again: every URL has finished, or the query failed.</param>
public readonly record struct PollAnswer(string TaskId, IReadOnlyList<UrlResult> Results, VodClientException? Failure, bool HasEnded);
