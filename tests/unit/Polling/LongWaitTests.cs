using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Polling;
using VodPreheat.Client.Secrets;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Polling;

/// <summary>A wait of a day, on a clock that moves from event to event.</summary>
[Collection(nameof(TestsThatRunAlone))]
public sealed class LongWaitTests
{
    private const int Tasks = 12;
    private static readonly TimeSpan s_day = TimeSpan.FromHours(24);
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(10);

    /// <summary>
    /// One task finishes every two hours, and one never. Two percent of the queries fail, some of them throttled; tokens expire after an hour, and
    /// every third attempt to renew them fails.
    /// </summary>
    [Fact]
    public async Task Every_end_of_a_day_is_seen_in_time_through_faults_throttling_and_renewals()
    {
        var clock = new EventClock();
        DateTimeOffset start = clock.GetUtcNow();
        var random = new Random(1);
        int faults = 0;
        using var network = new FakeNetwork(async (sent, cancellation) =>
        {
            if (random.NextDouble() < 0.02)
            {
                Answer[] answers = [Answers.Throttled, Answers.Body(503, string.Empty), Answers.Body(200, "<html>"), Answers.Throws(new HttpRequestException("reset"))];
                return await answers[faults++ % answers.Length](sent, cancellation);
            }

            bool isDone = clock.GetUtcNow() - start >= EndOf(sent.Uri.Query.Split("task_id=")[1]);
            return await Answers.Body(200, isDone ? Answers.RowJson : Answers.RowJson.Replace("succeed", "processing", StringComparison.Ordinal))(sent, cancellation);
        })
        {
            Clock = clock,
        };

        int fetches = 0;
        using VodClient client = TestClient.Create(
            new RenewingCredentialSource(AuthenticationType.Token, accountName: null, Fetch, network, fetchSecret: null, clock),
            TestClient.Settings(network, clock, retries: 3, perMinute: 5));
        var poller = new PreheatTaskPoller(client, s_interval, s_day + TimeSpan.FromMinutes(10), TestClient.Context(), clock);
        string[] ids = [.. Enumerable.Range(1, Tasks).Select(static number => $"t{number}")];
        Array.ForEach(ids, id => poller.Add(id));
        poller.Add("never");

        var ended = new List<string>();
        while (await clock.RunAsync(() => poller.NextEndAsync()) is { } end)
        {
            // At most an interval, delays of a minute, and a few retries after the task finished.
            Assert.Null(end.Failure);
            Assert.InRange(clock.GetUtcNow() - start - EndOf(end.TaskId), TimeSpan.Zero, s_interval + TimeSpan.FromMinutes(6));
            ended.Add(end.TaskId);
        }

        Assert.Equal(ids, ended);
        Assert.Equal(["never"], poller.OpenTasks);
        Assert.InRange(clock.GetUtcNow() - start, s_day + TimeSpan.FromMinutes(10), s_day + TimeSpan.FromMinutes(16));
        Assert.InRange(fetches, 30, 45);
        Assert.InRange(faults, 8, 60);

        // About one query per interval for each unfinished task, and never more per minute than the limit.
        Sent[] queries = network.Sent;
        int least = ids.Sum(id => (int)(EndOf(id) / (s_interval + TimeSpan.FromMinutes(3))));
        Assert.InRange(queries.Length, least, ids.Sum(id => (int)(EndOf(id) / s_interval)) + (int)(s_day / s_interval) + Tasks + (2 * faults) + 10);
        Assert.All(Enumerable.Range(0, queries.Length - 5), i => Assert.True(queries[i + 5].At - queries[i].At >= TimeSpan.FromMinutes(1)));

        Task<FetchedCredential> Fetch(InvocationContext context)
        {
            if (fetches++ % 3 == 1)
            {
                throw new VodClientException(FailureKind.ConnectionFailed, ErrorIds.ConnectionFailed, "reset", $"hint");
            }

            return Task.FromResult(new FetchedCredential(new TokenCredential(new Secret($"token{fetches}")) { ExpiresAt = clock.GetUtcNow() + TimeSpan.FromHours(1) }, TimeSpan.FromHours(1)));
        }
    }

    private static TimeSpan EndOf(string taskId) => taskId == "never" ? TimeSpan.MaxValue : int.Parse(taskId[1..], null) * (s_day / Tasks);
}
