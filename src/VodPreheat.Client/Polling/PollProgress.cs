namespace VodPreheat.Client.Polling;

/// <summary>The progress of a wait.</summary>
/// <param name="Tasks">The tasks that were added.</param>
/// <param name="TasksEnded">Those of them that have ended, including failed queries.</param>
/// <param name="UrlsSucceeded">URLs that are loaded.</param>
/// <param name="UrlsFailed">URLs that failed.</param>
/// <param name="UrlsOpen">URLs that have not finished yet.</param>
public readonly record struct PollProgress(int Tasks, int TasksEnded, int UrlsSucceeded, int UrlsFailed, int UrlsOpen)
{
    /// <summary>Open tasks whose URLs are not known yet.</summary>
    public int TasksWithoutUrls { get; init; }
}
