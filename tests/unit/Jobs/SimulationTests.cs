using System.Globalization;
using VodPreheat.Client;
using VodPreheat.Client.Http;
using VodPreheat.Client.Jobs;
using VodPreheat.UnitTests.Support;
using static VodPreheat.UnitTests.Jobs.JobSamples;

namespace VodPreheat.UnitTests.Jobs;

/// <summary>
/// A job of 1,000 URLs with the limits of the service, of which another process uses half: how well requests are spent.
/// docs/PERFORMANCE.md has the figures.
/// </summary>
[Collection(nameof(TestsThatRunAlone))]
public sealed class SimulationTests(ITestOutputHelper output)
{
    private readonly EventClock _clock = new();

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    public async Task A_thousand_URLs(int submissionsPerMinute)
    {
        var random = new Random(1);
        using var cloud = new FakeCloud(_clock)
        {
            SubmissionsPerMinute = submissionsPerMinute / 2,
            QueriesPerMinute = 50,
            LoadTimeOf = static number => TimeSpan.FromSeconds(10 + new Random(number).Next(590)),
            EndOf = static (url, round) => round == 1 && url.EndsWith("7.mp4", StringComparison.Ordinal) && url.Length % 2 == 0 ? "failed" : "succeed",
            OnSubmit = (_, _) => Fault(random),
            OnQuery = (_, _) => Fault(random),
        };
        using VodClient client = TestClient.Create(
            TestClient.Endpoint, new TransportSettings { Network = () => cloud, Clock = _clock, SubmissionsPerMinute = submissionsPerMinute });
        string[] urls = [.. Enumerable.Range(1, 1000).Select(static number => $"https://cdn.example.com/{number}.mp4")];
        DateTimeOffset start = _clock.GetUtcNow();
        using var job = new PreheatJob(client, urls, new() { MaximumResubmit = 1, Timeout = TimeSpan.FromHours(3) }, TestClient.Context(), _clock);
        UrlOutcome[] outcomes = await _clock.RunAsync(() => DrainAsync(job));

        double[] delays = [.. outcomes.Where(static outcome => outcome.Status == "succeed").Select(outcome => (outcome.EndedAt!.Value - cloud.LoadedAt[outcome.Url]).TotalSeconds).Order()];
        int queries = cloud.Gets + cloud.ThrottledQueries;
        int submissions = cloud.Posts + cloud.Throttled;
        double throttled = (cloud.Throttled + cloud.ThrottledQueries) / (double)(queries + submissions);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{submissionsPerMinute}/100: {queries / 1000.0:0.00} queries per URL; loaded to reported: median {delays[delays.Length / 2]:0} s, worst {delays[^1]:0} s; "
            + $"{submissions} submissions, {throttled:0.0%} throttled; {delays.Length} loaded; {(_clock.GetUtcNow() - start).TotalMinutes:0.0} min"));

        Assert.Equal(1000, outcomes.Select(static outcome => outcome.Url).Distinct().Count());
        Assert.All(outcomes, outcome => Assert.True(outcome.Status is "succeed" or "unknown", outcome.Status));
        Assert.InRange(delays[delays.Length / 2], 0, 60);
        Assert.InRange(throttled, 0, 0.1);
    }

    private static Answer? Fault(Random random) => random.Next(50) == 0 ? Answers.Error(503, "VOD.10051", "m") : null;
}
