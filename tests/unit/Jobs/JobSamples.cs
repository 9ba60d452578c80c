using VodPreheat.Client.Jobs;

namespace VodPreheat.UnitTests.Jobs;

/// <summary>Numbered URLs, and all outcomes of a job.</summary>
internal static class JobSamples
{
    public static string Url(int number) => $"https://cdn.example.com/{number}.mp4";

    public static string[] Urls(int count) => [.. Enumerable.Range(1, count).Select(Url)];

    public static async Task<UrlOutcome[]> DrainAsync(PreheatJob job)
    {
        var outcomes = new List<UrlOutcome>();
        while (await job.NextAsync().ConfigureAwait(false) is { } outcome)
        {
            outcomes.Add(outcome);
        }

        return [.. outcomes];
    }
}
