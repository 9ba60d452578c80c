using System.Collections.Concurrent;
using VodPreheat.Client;
using VodPreheat.Client.Edge;
using VodPreheat.Client.Jobs;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;
using static VodPreheat.UnitTests.Jobs.JobSamples;

namespace VodPreheat.UnitTests.Jobs;

/// <summary>The outcomes of a job with tests of the URLs that failed, on a fake clock.</summary>
[Collection(nameof(TestsThatRunAlone))]
public sealed class JobDiagnosisTests : IDisposable
{
    private static readonly EdgeTestResult s_denied = new(403, CacheState.Unknown, null, null, null, EdgeFinding.AccessDenied, "Check the referer.");

    private readonly EventClock _clock = new();
    private readonly FakeCloud _cloud;
    private readonly VodClient _client;
    private readonly ConcurrentQueue<string> _tested = [];

    public JobDiagnosisTests()
    {
        _cloud = new FakeCloud(_clock);
        _client = TestClient.Create(TestClient.Endpoint, TestClient.Settings() with { Network = () => _cloud, Clock = _clock }, SubmissionJournal.InMemory());
    }

    public void Dispose()
    {
        _client.Dispose();
        _cloud.Dispose();
    }

    [Fact]
    public async Task A_URL_that_failed_has_a_finding_and_what_to_check_and_others_are_not_tested()
    {
        _cloud.EndOf = static (url, _) => url.Contains("/2", StringComparison.Ordinal) ? "failed" : "succeed";
        UrlOutcome[] outcomes = await RunAsync(["nonsense", .. Urls(25)], Denied);

        Assert.Equal(26, outcomes.Select(static outcome => outcome.Url).Distinct().Count());
        UrlOutcome[] failed = [.. outcomes.Where(static outcome => outcome.Status == "failed")];
        Assert.Equal(7, failed.Length);
        Assert.All(failed, static outcome => Assert.Equal(("AccessDenied", "Check the referer."), (outcome.Finding, outcome.Detail)));
        Assert.All(outcomes.Except(failed), static outcome => Assert.Null(outcome.Finding));
        Assert.Equal(failed.Select(static outcome => outcome.Url).Order(), _tested.Order());
    }

    [Fact]
    public async Task Nothing_is_tested_before_a_URL_has_failed_for_good()
    {
        int submissions = 0;
        _cloud.EndOf = static (_, _) => "failed";
        _cloud.OnSubmit = (number, _) =>
        {
            submissions = number;
            Assert.Empty(_tested);
            return null;
        };
        await RunAsync(Urls(1), Denied, new() { MaximumResubmit = 3 });
        Assert.Equal((4, 1), (submissions, _tested.Count));
    }

    [Fact]
    public async Task After_the_timeout_no_other_URL_is_tested()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        _cloud.LoadTime = TimeSpan.FromSeconds(8);
        _cloud.EndOf = static (_, _) => "failed";
        UrlOutcome[] outcomes = await RunAsync(
            Urls(30),
            async url =>
            {
                await Task.Delay(TimeSpan.FromSeconds(10), _clock);
                return await Denied(url);
            },
            new() { Timeout = TimeSpan.FromSeconds(12) });
        Assert.Equal(Urls(30).Order(), outcomes.Select(static outcome => outcome.Url).Order());
        Assert.All(outcomes, static outcome => Assert.Equal("failed", outcome.Status));
        Assert.Equal(8, outcomes.Count(static outcome => outcome.Finding == "AccessDenied"));
        Assert.Equal(22, outcomes.Count(static outcome => outcome.Finding is null));
        Assert.InRange((_clock.GetUtcNow() - start).TotalSeconds, 12, 22.1);
    }

    [Fact]
    public async Task The_cause_of_the_job_stays_before_what_to_check()
    {
        _cloud.Quota = 10;
        _cloud.EndOf = static (_, _) => "failed";
        UrlOutcome[] outcomes = await RunAsync(Urls(10), Denied, new() { MaximumResubmit = 1 });
        Assert.All(outcomes, static outcome =>
        {
            Assert.Equal(("VOD.10086", "AccessDenied"), (outcome.ErrorCode, outcome.Finding));
            Assert.EndsWith(". Check the referer.", outcome.Detail);
        });
    }

    [Fact]
    public async Task At_most_eight_URLs_are_tested_at_the_same_time_and_the_job_goes_on()
    {
        _cloud.EndOf = static (url, _) => url.Contains("/1", StringComparison.Ordinal) ? "failed" : "succeed";
        int running = 0, most = 0, loaded = 0;
        var allOthers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        UrlOutcome[] outcomes = await RunAsync(
            Urls(100),
            async url =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                await allOthers.Task;
                Interlocked.Decrement(ref running);
                return await Denied(url);
            },
            onOutcome: outcome =>
            {
                if (outcome.Status == "succeed" && ++loaded == 88)
                {
                    allOthers.SetResult();
                }
            });
        Assert.Equal((100, 8), (outcomes.Length, most));
        Assert.All(outcomes[..88], static outcome => Assert.Equal("succeed", outcome.Status));
        Assert.All(outcomes[88..], static outcome => Assert.Equal("AccessDenied", outcome.Finding));
    }

    private Task<EdgeTestResult> Denied(string url)
    {
        _tested.Enqueue(url);
        return Task.FromResult(s_denied);
    }

    private async Task<UrlOutcome[]> RunAsync(string[] urls, Func<string, Task<EdgeTestResult>> test, PreheatJobSettings? settings = null, Action<UrlOutcome>? onOutcome = null)
    {
        using var job = new PreheatJob(_client, urls, settings ?? new(), TestClient.Context(), _clock);
        var diagnosis = new JobDiagnosis(job, test);
        return await _clock.RunAsync(() => AllAsync());

        async Task<UrlOutcome[]> AllAsync()
        {
            var outcomes = new List<UrlOutcome>();
            while (await diagnosis.NextAsync() is { } outcome)
            {
                outcomes.Add(outcome);
                onOutcome?.Invoke(outcome);
            }

            return [.. outcomes];
        }
    }
}
