using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Jobs;
using VodPreheat.Client.Journal;
using VodPreheat.Client.Polling;
using VodPreheat.UnitTests.Support;
using static VodPreheat.UnitTests.Jobs.JobSamples;

namespace VodPreheat.UnitTests.Jobs;

/// <summary>
/// Days with faults of seconds to an hour at every step of a request: each URL is in exactly one place with the right state, is never sent
/// again when it may have been accepted, and is never given up while there is time.
/// </summary>
[Collection(nameof(TestsThatRunAlone))]
public sealed class FakeDayTests
{
    private const int UrlCount = 120;
    private static readonly TimeSpan s_timeout = TimeSpan.FromHours(2);

    private readonly EventClock _clock = new();
    private readonly SubmissionJournal _journal = SubmissionJournal.InMemory();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_job_accounts_for_every_URL(int seed)
    {
        var random = new Random(seed);
        DateTimeOffset start = _clock.GetUtcNow();
        using var cloud = new FakeCloud(_clock) { EndOf = (url, _) => url.EndsWith("13.mp4", StringComparison.Ordinal) ? "failed" : "succeed" };
        using var network = new FaultyNetwork(cloud, _clock, random);
        string? final = Plan(network, random, start);
        using VodClient client = Connect(network, random);
        using var job = new PreheatJob(client, Urls(UrlCount), new() { Timeout = s_timeout }, TestClient.Context(), _clock);
        if (final == "disconnect")
        {
            using ITimer disconnect = _clock.CreateTimer(_ => client.Dispose(), null, TimeSpan.FromSeconds(random.Next(600)), Timeout.InfiniteTimeSpan);
            await CheckAsync();
        }
        else
        {
            await CheckAsync();
        }

        async Task CheckAsync()
        {
            UrlOutcome[] outcomes = await _clock.RunAsync(() => DrainAsync(job));
            TimeSpan elapsed = _clock.GetUtcNow() - start;
            Assert.Equal(Urls(UrlCount).Order(StringComparer.Ordinal), outcomes.Select(static outcome => outcome.Url).Order(StringComparer.Ordinal));
            Assert.Empty(network.SentAgain);
            Assert.Equal(cloud.Accepted.Count, cloud.Accepted.Distinct().Count());
            foreach (UrlOutcome outcome in outcomes)
            {
                bool isAccepted = cloud.Accepted.Contains(outcome.Url);
                bool isLost = network.Lost.Contains(outcome.Url);
                bool isBad = outcome.Url.EndsWith("13.mp4", StringComparison.Ordinal);
                Assert.True(
                    outcome.Status switch
                    {
                        "succeed" => isAccepted && !isLost && !isBad,
                        "failed" => isAccepted && !isLost && isBad,
                        "processing" => isAccepted && !isLost && outcome.TaskId is not null && outcome.ErrorCode is not null,
                        "notSubmitted" => !isAccepted && !isLost && outcome.Attempts == 0 && (job.Failure is not null || elapsed >= s_timeout),
                        "unknown" => isLost || job.Failure?.Kind == FailureKind.NotConnected,
                        _ => false,
                    },
                    $"{outcome} accepted {isAccepted}, lost {isLost}, failure {job.Failure?.What}, after {elapsed}");
            }

            Assert.True(job.Failure is not null || !job.HasTimedOut || elapsed >= s_timeout, "Nothing is given up while there is time.");
            Assert.InRange(elapsed, TimeSpan.Zero, s_timeout + TimeSpan.FromSeconds(20));
            Assert.True(final is not null || job.Failure is null, "What passes does not end the job.");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_submission_and_a_wait_account_for_every_URL(int seed)
    {
        var random = new Random(1000 + seed);
        DateTimeOffset start = _clock.GetUtcNow();
        using var cloud = new FakeCloud(_clock);
        using var network = new FaultyNetwork(cloud, _clock, random);
        Plan(network, random, start);
        using VodClient client = Connect(network, random);
        var submitter = new Submitter(client, TestClient.Context());
        var input = new SubmissionInput(submitter);
        Array.ForEach(Urls(UrlCount), url => input.Add(url, isAsset: false));
        var places = new Dictionary<string, List<string>> { ["task"] = [], ["unknown"] = [], ["refused"] = [], ["unsent"] = [] };
        await _clock.RunAsync(() => SubmitAsync());
        places["unsent"].AddRange(input.TakeUnsent());

        Assert.Equal(Urls(UrlCount).Order(StringComparer.Ordinal), places.Values.SelectMany(static place => place).Order(StringComparer.Ordinal));
        Assert.Empty(network.SentAgain);
        Assert.All(places["task"], url => Assert.Contains(url, cloud.Accepted));
        Assert.All(places["unknown"], url => Assert.Contains(url, network.Lost));
        Assert.All(places["refused"].Concat(places["unsent"]), url => Assert.False(cloud.Accepted.Contains(url) || network.Lost.Contains(url)));
        Assert.True(places["unsent"].Count == 0 || submitter.End is not null);

        // The wait starts a new command, and goes on through everything that passes.
        DateTimeOffset wait = _clock.GetUtcNow();
        var poller = new PreheatTaskPoller(client, TimeSpan.FromSeconds(10), s_timeout, TestClient.Context(), _clock);
        foreach (string taskId in submitter.AcceptedTasks)
        {
            poller.Add(taskId, wait);
        }

        VodClientException? end = null;
        while (await _clock.RunAsync(() => poller.NextEndAsync()) is { } ended && end is null)
        {
            end = ended.Failure;
        }

        Assert.True(end is null or { EndsQueries: true }, end?.What);
        Assert.True(end is not null || poller.OpenTasks.Count == 0 || _clock.GetUtcNow() - wait >= s_timeout);

        async Task<bool> SubmitAsync()
        {
            while (input.Take(isEnd: true) is { } request)
            {
                SubmissionAnswer answer = await input.SubmitAsync().ConfigureAwait(false);
                input.Conclude();
                switch (answer.Fate)
                {
                    case SubmissionFate.Accepted:
                        places["task"].AddRange(request.Items);
                        break;
                    case SubmissionFate.Unknown:
                        places["unknown"].AddRange(request.Items);
                        break;
                    case SubmissionFate.NotSubmitted:
                        break;
                    default:
                        places["refused"].AddRange(request.Items);
                        break;
                }
            }

            return true;
        }
    }

    /// <summary>Up to four faults that pass, and in every third day one that ends everything.</summary>
    private static string? Plan(FaultyNetwork network, Random random, DateTimeOffset start)
    {
        string? final = random.Next(4) switch { 0 => FaultyNetwork.Final[random.Next(FaultyNetwork.Final.Length)], 1 => "disconnect", _ => null };
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            TimeSpan duration = TimeSpan.FromSeconds(Math.Pow(3600, random.NextDouble()));
            network.Add(start.AddSeconds(random.Next(1200)), duration, FaultyNetwork.Passing[random.Next(FaultyNetwork.Passing.Length)]);
        }

        // The first requests meet one in every other day.
        if (random.Next(2) == 0)
        {
            network.Add(start, TimeSpan.FromSeconds(random.Next(1, 900)), FaultyNetwork.Passing[random.Next(FaultyNetwork.Passing.Length)]);
        }

        if (final is not null and not "disconnect")
        {
            network.Add(start.AddSeconds(random.Next(1800)), TimeSpan.FromDays(1), final);
        }

        return final;
    }

    private VodClient Connect(FaultyNetwork network, Random random) => TestClient.Create(
        TestClient.Endpoint, new TransportSettings { Network = () => network, Clock = _clock, SubmissionsPerMinute = random.Next(2) == 0 ? 100 : 3 }, _journal);
}
