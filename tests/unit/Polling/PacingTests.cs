using VodPreheat.Client;
using VodPreheat.Client.Polling;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Polling;

/// <summary>When queries are sent if there are more open tasks than the rate limit allows in an interval.</summary>
[Collection(nameof(TestsThatRunAlone))]
public sealed class PacingTests
{
    private const string Open = """{"preheating_results":[{"url":"https://a/1","status":"processing"}]}""";
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private readonly EventClock _clock = new();

    [Theory]
    [InlineData(16, 100, 0.0)]
    [InlineData(40, 100, 0.6)]
    [InlineData(300, 100, 0.6)]
    [InlineData(5, 20, 3.0)]
    [InlineData(300, 0, 0.0)]
    public async Task Queries_are_spread_over_the_minute_that_the_limit_counts(int tasks, int perMinute, double spacing)
    {
        Sent[] queries = await PollAsync(tasks, perMinute, TimeSpan.FromMinutes(4), static (_, _) => null);
        double[] gaps = [.. queries.Skip(1).Zip(queries, static (later, earlier) => (later.At - earlier.At).TotalSeconds)];

        // The last round is sent as fast as the limit allows.
        int before = queries.Count(query => (query.At - queries[0].At).TotalMinutes < 4) - 1;
        Assert.True(gaps.Take(before).Min() >= spacing);
        Assert.InRange(gaps.Max(), spacing, spacing > 0 ? Math.Max(spacing * 1.2, 1) : 11);

        // Tasks that the limit has room for are all queried at once.
        Assert.True(spacing > 0 || gaps.Take(tasks - 1).Max() == 0);
    }

    [Fact]
    public async Task No_task_starves()
    {
        Sent[] queries = await PollAsync(200, 100, TimeSpan.FromMinutes(10), static (_, _) => null);
        foreach (IGrouping<string, Sent> task in queries.GroupBy(static query => query.Uri.Query))
        {
            DateTimeOffset[] times = [.. task.Select(static query => query.At)];
            Assert.InRange(times.Length, 5, 8);
            Assert.All(times.Skip(1).Zip(times, static (later, earlier) => later - earlier), static gap => Assert.InRange(gap.TotalSeconds, 0, 140));
        }
    }

    [Fact]
    public async Task A_limit_that_was_learned_is_respected()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        Sent[] queries = await PollAsync(100, 100, TimeSpan.FromMinutes(20), (number, _) => number == 31 ? Answers.Throttled : null);

        // 30 were accepted before: from then on 30 a minute, and one more each minute.
        for (int i = 60; i < 260; i++)
        {
            int inMinute = queries.Skip(i).TakeWhile(query => query.At - queries[i].At < TimeSpan.FromMinutes(1)).Count();
            Assert.InRange(inMinute, 20, 31 + (int)(queries[i].At - start).TotalMinutes);
        }

        Assert.True(queries[^1].At - start >= TimeSpan.FromMinutes(20));
    }

    [Fact]
    public async Task While_the_service_cannot_be_reached_one_query_is_sent_in_an_interval()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        Sent[] queries = await PollAsync(
            30, 0, TimeSpan.FromMinutes(1), static (_, _) => Answers.Throws(new HttpRequestException(HttpRequestError.ConnectionError)), retries: 0);
        double[] times = [.. queries.Select(query => (query.At - start).TotalSeconds)];
        Assert.InRange(times.Count(static time => time == 0), 3, 8);
        Assert.Equal([10, 20, 30, 40, 50], times.Where(static time => time is > 0 and < 60));
    }

    private async Task<Sent[]> PollAsync(int tasks, int perMinute, TimeSpan timeout, Func<int, Sent, Answer?> fault, int retries = 3)
    {
        int number = 0;
        using var network = new FakeNetwork((sent, cancellation) => (fault(Interlocked.Increment(ref number), sent) ?? Answers.Body(200, Open))(sent, cancellation)) { Clock = _clock };
        using VodClient client = TestClient.Create(network, _clock, retries, perMinute);
        var poller = new PreheatTaskPoller(client, s_interval, timeout, TestClient.Context(), _clock);
        for (int i = 0; i < tasks; i++)
        {
            poller.Add($"t{i}");
        }

        Assert.Null(await _clock.RunAsync(() => poller.NextEndAsync()));
        Assert.Equal(tasks, poller.OpenTasks.Count);
        return network.Sent;
    }
}
