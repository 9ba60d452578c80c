using System.Net;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Polling;

namespace VodPreheat.UnitTests.Polling;

/// <content>The order and the number of queries, and failures of queries.</content>
public sealed partial class PreheatTaskPollerTests
{
    [Fact]
    public async Task A_task_that_is_added_during_a_wait_is_queried_immediately()
    {
        PreheatTaskPoller poller = await PollAsync(["slow"], TimeSpan.FromMinutes(5), (id, _) => id == "slow" ? Open : Done);
        Task<PollAnswer?> next = poller.NextEndAsync();
        await AnswerAllAsync(next);
        int alarms = _clock.AlarmsSet;
        poller.Add("late");
        poller.Add("slow");
        await _clock.AlarmSetAfter(alarms).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.NotNull(_vod.NextAnswerAt);

        Assert.Equal("late", (await RunAsync(next))!.Value.TaskId);
        Assert.Equal(TimeSpan.Zero, Now);
        Assert.Equal(["slow"], poller.OpenTasks);
        Assert.Equal((2, 1), (poller.Progress.Tasks, poller.Progress.TasksEnded));
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData(0, 10)]
    [InlineData(-4, 6)]
    [InlineData(-10, 0)]
    [InlineData(-100, 0)]
    [InlineData(1000, 10)]
    public async Task A_task_is_first_queried_an_interval_after_its_submission(int? submitted, int first)
    {
        PreheatTaskPoller poller = await PollAsync([], TimeSpan.FromMinutes(5), (_, _) => Done);
        poller.Add("t", submitted is { } seconds ? _clock.GetUtcNow().AddSeconds(seconds) : null);
        Assert.Single(await DrainAsync(poller));
        Assert.Equal(first, Assert.Single(_vod.Queries).At.TotalSeconds);
    }

    [Fact]
    public async Task The_next_query_is_the_one_that_is_due_or_now_while_one_is_in_flight()
    {
        PreheatTaskPoller poller = await PollAsync([], TimeSpan.FromMinutes(5), (_, _) => Done);
        Assert.Null(poller.NextQueryAt);
        poller.Add("later", _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(10), poller.NextQueryAt);
        poller.Add("now");
        Task<PollAnswer?> next = poller.NextAnswerAsync();
        Assert.Equal(TimeSpan.Zero, poller.NextQueryAt);
        Assert.Equal("now", (await RunAsync(next))!.Value.TaskId);
        Assert.Equal(TimeSpan.FromSeconds(10), poller.NextQueryAt);
    }

    [Fact]
    public async Task Known_URLs_are_counted_before_the_first_answer()
    {
        PreheatTaskPoller poller = await PollAsync([], TimeSpan.FromMinutes(5), (_, _) => Done);
        poller.Add("t", ["https://a/1"], urlCount: 3, submittedAt: null);
        poller.Add("u");
        Assert.Equal(new PollProgress(Tasks: 2, TasksEnded: 0, UrlsSucceeded: 0, UrlsFailed: 0, UrlsOpen: 3) { TasksWithoutUrls = 1 }, poller.Progress);
    }

    [Fact]
    public async Task Tasks_can_be_added_from_another_thread_at_any_time()
    {
        const int Count = 10_000;
        PreheatTaskPoller poller = await PollAsync([], TimeSpan.FromMinutes(5), (_, _) => Done);
        _vod.OnQuery = static () => { };
        var adding = Task.Run(() => Array.ForEach(TaskIds(Count), id => poller.Add(id)));
        var ended = new HashSet<string>();
        while (ended.Count < Count)
        {
            if (await poller.NextEndAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } end)
            {
                Assert.True(ended.Add(end.TaskId));
            }
            else
            {
                await Task.Yield();
            }
        }

        await adding;
        Assert.Equal(new PollProgress(Count, Count, UrlsSucceeded: Count, UrlsFailed: 0, UrlsOpen: 0), poller.Progress);
    }

    [Fact]
    public async Task Only_the_counts_of_a_finished_task_are_kept()
    {
        PreheatTaskPoller poller = await PollAsync(
            ["done", "gone"],
            TimeSpan.FromMinutes(5),
            (id, count) => id == "done" ? Done : count == 1 ? Open : new FakeAnswer(HttpStatusCode.BadRequest, """{"error_code":"VOD.10062","error_msg":"m"}"""));

        Assert.Equal(2, (await DrainAsync(poller)).Count);
        Assert.Empty(poller.LastResults("done"));
        Assert.Empty(poller.LastResults("gone"));
        Assert.Equal(new PollProgress(Tasks: 2, TasksEnded: 2, UrlsSucceeded: 1, UrlsFailed: 0, UrlsOpen: 0), poller.Progress);
    }

    [Fact]
    public async Task At_most_8_queries_are_concurrent()
    {
        PreheatTaskPoller poller = await PollAsync(TaskIds(30), TimeSpan.FromMinutes(5), (_, _) => Done);
        _vod.Latency = TimeSpan.FromSeconds(1);

        Assert.Equal(30, (await DrainAsync(poller)).Count);

        Assert.Equal([8, 8, 8, 6], _vod.Queries.GroupBy(query => query.At).Select(second => second.Count()));
    }

    [Fact]
    public async Task All_of_500_tasks_are_queried_in_turn_at_100_queries_per_minute()
    {
        const int Rounds = 3;
        PreheatTaskPoller poller = await PollAsync(TaskIds(500), TimeSpan.FromHours(1), (_, count) => count < Rounds ? Open : Done);
        _vod.PerMinute = 100;

        List<PollAnswer> ends = await DrainAsync(poller);

        Assert.Equal(TaskIds(500), ends.Select(end => end.TaskId));
        Assert.Empty(poller.OpenTasks);

        // No task is queried a second time before every task was queried once, except for the 8 in flight.
        Dictionary<string, int> asked = TaskIds(500).ToDictionary(id => id, _ => 0);
        for (int i = 0; i < _vod.Queries.Count; i++)
        {
            asked[_vod.Queries[i].TaskId]++;
            Assert.InRange(asked[_vod.Queries[i].TaskId], 1, ((i + 8) / 500) + 1);
        }

        // Only the limit determines the duration: 15 minutes, less the burst of the first one.
        Assert.Equal(500 * Rounds, _vod.Queries.Count);
        Assert.Equal(TimeSpan.FromMinutes(14), _vod.Queries[^1].At);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, """{"error_code":"VOD.10051","error_msg":"Internal error."}""")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "")]
    [InlineData(HttpStatusCode.TooManyRequests, """{"error_code":"APIGW.0308","error_msg":"limit"}""", 0)]
    [InlineData(HttpStatusCode.OK, "<html>")]
    [InlineData(null, "reset")]
    public async Task A_transient_failure_is_traced_and_the_task_is_queried_again(HttpStatusCode? status, string body, int? retryAfter = null)
    {
        PreheatTaskPoller poller = await PollAsync(
            ["t"], TimeSpan.FromMinutes(5), (_, count) => count < 2 ? new FakeAnswer(status, body) { RetryAfter = retryAfter } : Done);

        Assert.Single(await DrainAsync(poller));
        Assert.Equal([0, 10], _vod.Queries.Select(query => query.At.TotalSeconds));
        Assert.Single(Trace(), line => line.StartsWith("The query of task t failed and will be repeated: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_Retry_After_longer_than_the_interval_is_honored()
    {
        PreheatTaskPoller poller = await PollAsync(
            ["t"], TimeSpan.FromMinutes(15), (_, count) => count < 2 ? new FakeAnswer(HttpStatusCode.ServiceUnavailable, "") { RetryAfter = 400 } : Done);

        Assert.Single(await DrainAsync(poller));
        Assert.Equal([0, 400], _vod.Queries.Select(query => query.At.TotalSeconds));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, "VOD.10062", FailureKind.NotFound)]
    [InlineData(HttpStatusCode.Forbidden, "VOD.10074", FailureKind.PermissionDenied)]
    [InlineData(HttpStatusCode.Unauthorized, "APIGW.0301", FailureKind.Authentication)]
    [InlineData(HttpStatusCode.BadRequest, "VOD.10053", FailureKind.InvalidArgument)]
    public async Task A_permanent_failure_ends_its_task(HttpStatusCode status, string code, FailureKind kind)
    {
        PreheatTaskPoller poller = await PollAsync(
            ["bad", "open"], TimeSpan.FromMinutes(5), (id, _) => id == "bad" ? new FakeAnswer(status, $$"""{"error_code":"{{code}}","error_msg":"expected"}""") : Open);

        PollAnswer? end = await RunAsync(poller.NextEndAsync());

        Assert.Equal("bad", end!.Value.TaskId);
        Assert.Equal(kind, end.Value.Failure!.Kind);
        Assert.Equal(code, end.Value.Failure.ErrorCode);
        Assert.Empty(end.Value.Results);
        Assert.Equal(["open"], poller.OpenTasks);
        Assert.Equal(1, poller.Progress.TasksEnded);
    }
}
