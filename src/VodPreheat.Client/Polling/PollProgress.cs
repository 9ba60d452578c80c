namespace VodPreheat.Client.Polling;

/// <summary>How far a wait has come.</summary>
/// <param name="Tasks">The tasks that were added.</param>
/// <param name="TasksEnded">Those of them that have ended, by a failure as well.</param>
/// <param name="UrlsSucceeded">Rows that are loaded.</param>
/// <param name="UrlsFailed">Rows that failed.</param>
/// <param name="UrlsOpen">Rows that are not final yet.</param>
public readonly record struct PollProgress(int Tasks, int TasksEnded, int UrlsSucceeded, int UrlsFailed, int UrlsOpen);
