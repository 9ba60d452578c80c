using VodPreheat.Client;
using VodPreheat.Client.Jobs;
using VodPreheat.UnitTests.Support;
using static VodPreheat.UnitTests.Jobs.JobSamples;

namespace VodPreheat.UnitTests.Jobs;

/// <content>How many requests a job sends, and when; and which results count for which URL.</content>
public sealed partial class PreheatJobTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(10)]
    public async Task URLs_that_failed_are_submitted_again_in_full_requests(int submissionsPerMinute)
    {
        DateTimeOffset start = _clock.GetUtcNow();
        _cloud.LoadTime = TimeSpan.FromMinutes(1);
        _cloud.EndOf = static (url, round) => round == 1 && IsBad(url) ? "failed" : "succeed";
        using VodClient client = Connect(submissionsPerMinute: submissionsPerMinute, requestsPerMinute: 100);
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(300), new() { MaximumResubmit = 1 }, client);
        AssertOnce(300, outcomes);
        Assert.All(outcomes, static outcome => Assert.Equal(("succeed", IsBad(outcome.Url) ? 2 : 1), (outcome.Status, outcome.Attempts)));
        Assert.InRange(_cloud.Posts, 32, submissionsPerMinute == 100 ? 32 : 36);

        // Nothing waits for long: loading takes a minute twice.
        TimeSpan submitting = TimeSpan.FromMinutes(submissionsPerMinute == 100 ? 0 : 2);
        Assert.InRange(_clock.GetUtcNow() - start, submitting + TimeSpan.FromMinutes(2), submitting + TimeSpan.FromMinutes(4));
    }

    [Fact]
    public async Task A_resumed_run_submits_what_failed_in_full_requests()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        _cloud.LoadTime = TimeSpan.FromMinutes(1);
        _cloud.EndOf = static (url, round) => round == 1 && IsBad(url) ? "failed" : "succeed";
        await RunAsync(Urls(300), new() { Timeout = TimeSpan.FromSeconds(20) });
        using VodClient client = Connect(requestsPerMinute: 100);
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(305), client: client, since: start);
        AssertOnce(305, outcomes);
        Assert.Equal((305, 0, 0, 0), Count(outcomes));
        Assert.InRange(_cloud.Posts, 30 + 3, 30 + 3);
    }

    [Fact]
    public async Task A_single_URL_that_failed_is_submitted_again_after_an_interval()
    {
        _cloud.LoadTime = TimeSpan.FromSeconds(25);
        _cloud.LoadTimeOf = static number => number == 1 ? TimeSpan.FromSeconds(25) : TimeSpan.FromMinutes(30);
        _cloud.EndOf = static (url, round) => round == 1 && url == Url(1) ? "failed" : "succeed";
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(20), new() { MaximumResubmit = 1 });
        Assert.Equal((20, 0, 0, 0), Count(outcomes));

        // It failed at 25 s, which is seen at 30 s. Its request waits for an interval for more, although another task is open for longer.
        Assert.Equal(TimeSpan.FromSeconds(40), _cloud.AcceptedAt[20] - _cloud.AcceptedAt[0]);
    }

    [Fact]
    public async Task The_first_query_is_an_interval_after_the_submission()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        var queries = new List<double>();
        _cloud.OnQuery = (_, _) =>
        {
            queries.Add((_clock.GetUtcNow() - start).TotalSeconds);
            return null;
        };
        _cloud.LoadTime = TimeSpan.FromSeconds(25);
        await RunAsync(Urls(1));
        Assert.Equal([10, 20, 30], queries);
    }

    [Fact]
    public async Task Queries_are_spread_evenly_over_the_minute()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        var queries = new List<TimeSpan>();
        _cloud.OnQuery = (_, _) =>
        {
            queries.Add(_clock.GetUtcNow() - start);
            return null;
        };
        _cloud.LoadTime = TimeSpan.FromSeconds(60);
        using VodClient client = Connect(submissionsPerMinute: 0, requestsPerMinute: 100);
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(1100), client: client);
        AssertOnce(1100, outcomes);
        Assert.InRange(queries[0].TotalSeconds, 10, 11);
        double[] gaps = [.. queries.Skip(1).Zip(queries, static (later, earlier) => (later - earlier).TotalSeconds)];
        Assert.InRange(gaps.Max(), 0.59, 10);
        Assert.True(gaps.Take(gaps.Length - 40).Min() >= 0.59, "No two queries are sent at once while there are many tasks.");

        // Each task was queried once before anything was loaded, or once after.
        Assert.InRange(queries.Count, 110, 210);
        Assert.InRange(outcomes.Max(static outcome => outcome.EndedAt)!.Value - start, TimeSpan.FromSeconds(75), TimeSpan.FromSeconds(150));
    }

    [Fact]
    public async Task After_the_timeout_a_job_only_waits_for_its_last_answers()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        _cloud.OnQuery = (_, _) => _clock.GetUtcNow() - start < TimeSpan.FromSeconds(15) ? null : Answers.Never;
        using var job = new PreheatJob(_client, Urls(1), new() { Timeout = TimeSpan.FromSeconds(15) }, TestClient.Context(), _clock);

        // The clock advances only while nothing runs: a busy loop does not end.
        UrlOutcome[] outcomes = await _clock.RunAsync(() => DrainAsync(job)).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("processing", Assert.Single(outcomes).Status);
        Assert.InRange((_clock.GetUtcNow() - start).TotalSeconds, 25, 26);
    }

    [Theory]
    [InlineData("lower")]
    [InlineData("decoded")]
    [InlineData("fragment")]
    public async Task Results_that_are_written_differently_count_for_the_equivalent_URL(string how)
    {
        string[] urls = ["https://CDN.Example.com/My%20Film.mp4#t=1", .. Urls(3)];
        _cloud.OnRows = rows => [.. rows.Select(row => how switch
        {
            "lower" => row.Replace("CDN.Example", "cdn.example", StringComparison.Ordinal),
            "decoded" => row.Replace("My%20Film", "M%79%20Film", StringComparison.Ordinal),
            _ => row.Split('#')[0],
        })];
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(urls, new() { Timeout = TimeSpan.FromMinutes(10) });
        Assert.All(outcomes, static outcome => Assert.Equal(("succeed", null), (outcome.Status, outcome.ErrorCode)));
        Assert.Equal(urls, outcomes.Select(static outcome => outcome.Url));
        Assert.False(job.HasTimedOut);
    }

    private static bool IsBad(string url) => Number(url) is var number && number % 15 == 7;
}
