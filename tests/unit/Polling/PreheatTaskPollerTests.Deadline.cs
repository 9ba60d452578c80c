using System.Net;
using VodPreheat.Client;
using VodPreheat.Client.Polling;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Polling;

/// <content>The end of a wait: the deadline, the last queries, and the clock.</content>
public sealed partial class PreheatTaskPollerTests
{
    [Fact]
    public async Task A_task_that_finished_during_the_last_interval_is_returned()
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromSeconds(25), (_, _) => Now < TimeSpan.FromSeconds(24) ? Open : Done);

        Assert.Single(await DrainAsync(poller));
        Assert.Empty(poller.OpenTasks);
    }

    [Fact]
    public async Task A_task_that_finished_while_the_computer_was_asleep_is_returned()
    {
        PreheatTaskPoller poller = await PollAsync(TaskIds(30), TimeSpan.FromMinutes(15), (_, _) => Now < TimeSpan.FromHours(1) ? Open : Done);
        Task<PollAnswer?> first = poller.NextEndAsync();
        await AnswerAllAsync(first);
        int asked = _vod.Queries.Count;
        await AwakeAfterAsync(TimeSpan.FromHours(8));

        Assert.NotNull(await RunAsync(first));
        Assert.Equal(29, (await DrainAsync(poller)).Count);
        Assert.Equal(asked + 30, _vod.Queries.Count);
        Assert.Empty(poller.OpenTasks);
    }

    [Fact]
    public async Task A_query_in_progress_while_the_computer_was_asleep_is_followed_by_another()
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromMinutes(15), (_, count) => count == 1 ? Open : Done);
        _vod.Latency = TimeSpan.FromSeconds(1);
        Task<PollAnswer?> next = poller.NextEndAsync();
        await TestClient.EventuallyAsync(() => _vod.NextAnswerAt is not null && _clock.AlarmsSet > 0);
        await AwakeAfterAsync(TimeSpan.FromHours(8));

        Assert.NotNull(await RunAsync(next));
        Assert.Equal(2, _vod.Queries.Count);
    }

    [Fact]
    public async Task Answers_that_were_received_before_the_deadline_are_returned_after_it()
    {
        PreheatTaskPoller poller = await PollAsync(TaskIds(8), TimeSpan.FromMinutes(15), (_, _) => Done);
        _vod.Latency = TimeSpan.FromSeconds(1);
        Assert.NotNull(await RunAsync(poller.NextEndAsync()));
        while (_vod.NextAnswerAt is not null)
        {
            _vod.AnswerNext();
        }

        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(7, (await DrainAsync(poller)).Count);
        Assert.Equal(8, _vod.Queries.Count);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task A_change_of_the_system_clock_has_no_effect(int hours)
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromSeconds(25), (_, count) =>
        {
            _clock.WallOffset = TimeSpan.FromHours(hours * count);
            return Open;
        });

        Assert.Empty(await DrainAsync(poller));
        Assert.Equal([0, 10, 20, 25], _vod.Queries.Select(query => query.At.TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(25), Now);
    }

    [Fact]
    public async Task The_wait_ends_after_ten_seconds_without_an_answer_to_the_last_queries()
    {
        PreheatTaskPoller poller = await PollAsync(["t", "u"], TimeSpan.FromSeconds(25), (_, _) => Done);
        _vod.Latency = TimeSpan.FromHours(1);

        Assert.Empty(await DrainAsync(poller));
        Assert.Equal(["t", "u"], poller.OpenTasks);
        Assert.Equal(TimeSpan.FromSeconds(35), Now);
    }

    [Fact]
    public async Task The_wait_does_not_end_while_the_last_queries_are_answered()
    {
        // A new query is answered nine seconds after the one before it.
        PreheatTaskPoller poller = await PollAsync(TaskIds(20), TimeSpan.FromSeconds(5), (_, _) => Open);
        Task<PollAnswer?> next = poller.NextEndAsync();
        await AnswerAllAsync(next);
        _vod.Spacing = TimeSpan.FromSeconds(9);

        Assert.Null(await RunAsync(next));
        Assert.All(_vod.Queries.GroupBy(query => query.TaskId), queries => Assert.Equal(2, queries.Count()));
        Assert.InRange(Now.TotalSeconds, 5 + (19 * 9), 5 + (20 * 9));
    }

    [Fact]
    public async Task Last_queries_that_the_rate_limit_delays_are_waited_for()
    {
        // The connection has a separate clock, so that every timer on the clock of the poller belongs to it: it is idle when it has set one.
        var connectionClock = new ManualClock();
        using var answers = new SemaphoreSlim(0);
        using var network = new FakeNetwork(async (sent, cancellation) =>
        {
            await answers.WaitAsync(cancellation);
            return await Answers.Body(200, Open)(sent, cancellation);
        });
        using VodClient client = TestClient.Create(network, connectionClock, perMinute: 10);
        var poller = new PreheatTaskPoller(client, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5), _context, _clock);
        Array.ForEach(TaskIds(30), id => poller.Add(id));
        Task<PollAnswer?> next = poller.NextEndAsync();
        await AnswerAsync(1);

        // At the timeout, every task is queried. The timer is set to ten seconds after the next query.
        AdvanceTo(5);
        await TestClient.EventuallyAsync(() => _clock.AlarmAt == TimeSpan.FromSeconds(15));
        await AnswerAsync(9);
        await TestClient.EventuallyAsync(() => _clock.AlarmAt == TimeSpan.FromSeconds(70));
        foreach ((int now, int answered, int alarm) in new[] { (60, 1, 75), (65, 9, 130), (120, 1, 135), (125, 9, 190) })
        {
            AdvanceTo(now);
            await AnswerAsync(answered);
            await TestClient.EventuallyAsync(() => _clock.AlarmAt == TimeSpan.FromSeconds(alarm));
        }

        AdvanceTo(180);
        await AnswerAsync(1);
        Assert.Null(await next.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(TaskIds(30), poller.OpenTasks);
        Assert.Equal(1 + 30, network.Count);
        Assert.Equal(30, network.Sent[1..].DistinctBy(sent => sent.Uri.Query).Count());

        void AdvanceTo(int seconds)
        {
            connectionClock.AdvanceTo(TimeSpan.FromSeconds(seconds));
            _clock.AdvanceTo(TimeSpan.FromSeconds(seconds));
        }

        async Task AnswerAsync(int count)
        {
            for (int i = 0; i < count; i++)
            {
                int alarms = _clock.AlarmsSet;
                answers.Release();
                await Task.WhenAny(next, _clock.AlarmSetAfter(alarms)).WaitAsync(TimeSpan.FromSeconds(30));
            }
        }
    }

    [Fact]
    public async Task A_last_query_that_fails_is_not_retried()
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromSeconds(25), (_, _) => new FakeAnswer(HttpStatusCode.ServiceUnavailable, ""));

        Assert.Empty(await DrainAsync(poller));
        Assert.Equal([0, 10, 20, 25], _vod.Queries.Select(query => query.At.TotalSeconds));
    }

    [Fact]
    public async Task Every_task_is_queried_after_the_deadline_even_if_answers_do_not_end()
    {
        // Each answer is immediate and takes a second of the clock; a round takes longer than the interval, so one query is always due.
        PreheatTaskPoller poller = await PollAsync(TaskIds(100), TimeSpan.FromSeconds(60), (_, _) => Open);
        _vod.OnQuery = () => _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty(await DrainAsync(poller));
        Assert.InRange(_vod.Queries.Count, 155, 165);
        Assert.Equal(100, _vod.Queries.Where(query => query.At >= TimeSpan.FromSeconds(60)).DistinctBy(query => query.TaskId).Count());
        Assert.Equal(100, poller.OpenTasks.Count);
    }
}
