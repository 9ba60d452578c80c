using VodPreheat.Client.Errors;
using VodPreheat.Client.Json;

namespace VodPreheat.Client.Polling;

/// <summary>How a task's wait ended: with rows that are all final, or with a failure after which polling makes no sense.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Rows">The final rows; empty after a failure.</param>
/// <param name="Failure">The failure; null when the task is done.</param>
public readonly record struct PollEnd(string TaskId, IReadOnlyList<PreheatingRow> Rows, VodClientException? Failure);
