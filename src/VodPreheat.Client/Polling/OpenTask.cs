using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Polling;

/// <summary>A task that has not ended.</summary>
/// <param name="id">The task ID.</param>
/// <param name="number">Its place among all tasks of the wait.</param>
/// <param name="urls">The URLs with which it ends; null for those that the service reports.</param>
/// <param name="urlCount">How many URLs were submitted with it; 0 if that is not known.</param>
internal sealed class OpenTask(string id, int number, IReadOnlyCollection<string>? urls, int urlCount)
{
    public string Id => id;

    public int Number => number;

    public IReadOnlyList<UrlResult> Results { get; private set; } = [];

    public UrlCounts Counts { get; private set; } = UrlCounts.Of([], urlCount);

    /// <summary>
    /// Whether it has finished: all of its URLs have, or all of its results, and there are as many as URLs. One without results has not.
    /// </summary>
    public bool IsDone
    {
        get
        {
            bool allFinished = Results.Count > 0 && Results.All(static result => PreheatStatus.IsFinal(result.Status));
            return urls is null
                ? allFinished
                : (allFinished && Results.Count >= urlCount) || urls.All(url => Results.Any(result => result.Url == url && PreheatStatus.IsFinal(result.Status)));
        }
    }

    /// <summary>Whether the query in flight was started after the timeout.</summary>
    public bool IsLastQuery { get; set; }

    public void SetResults(IReadOnlyList<UrlResult> results)
    {
        Results = results;
        Counts = UrlCounts.Of(results, urlCount);
    }
}
