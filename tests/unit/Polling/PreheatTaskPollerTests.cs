using System.Net;
using System.Net.Http.Headers;
using System.Text;
using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Journal;
using VodPreheat.Client.Polling;
using VodPreheat.Client.Preheating;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Polling;

/// <summary>Waiting for many tasks, on a clock that only the test moves.</summary>
public sealed class PreheatTaskPollerTests : IDisposable
{
    private const string Done = """{"preheating_results":[{"url":"https://a/1","status":"succeed"}]}""";
    private const string Open = """{"preheating_results":[{"url":"https://a/1","status":"processing"}]}""";

    private readonly EventClock _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly FakeVod _vod;
    private readonly VodClient _client;
    private readonly InvocationContext _scope;

    public PreheatTaskPollerTests()
    {
        _vod = new FakeVod(_clock);
        _scope = new InvocationContext(_stop.Token);
        _client = new VodClient(
            new Uri("https://vod.test.invalid"),
            "project",
            new FixedCredentialSource(new TokenCredential(new Secret("token")), "Token"),
            new TransportSettings { Network = () => _vod, Clock = _clock, RequestsPerMinute = 0, MaximumRetryCount = 0, Timeout = ManualClock.Endless },
            SubmissionJournal.InMemory());
    }

    private delegate FakeAnswer AnswerOf(string taskId, int query);

    private TimeSpan Now => _clock.Now;

    public void Dispose()
    {
        _client.Dispose();
        _vod.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task Asks_a_task_again_an_interval_after_its_answer()
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromMinutes(5), (_, count) => count < 3 ? Open : Done);
        PollAnswer? end = await RunAsync(poller.NextEndAsync());

        Assert.Equal("t", end!.Value.TaskId);
        Assert.Equal([0, 10, 20], _vod.Queries.Select(query => query.At.TotalSeconds));
        Assert.Null(await RunAsync(poller.NextEndAsync()));
    }

    [Fact]
    public async Task Counts_the_interval_from_the_answer_not_from_the_query()
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromMinutes(5), (_, count) => count < 2 ? Open : Done);
        _vod.Latency = TimeSpan.FromSeconds(4);
        await RunAsync(poller.NextEndAsync());

        Assert.Equal([0, 14], _vod.Queries.Select(query => query.At.TotalSeconds));
    }

    [Fact]
    public async Task Gives_tasks_in_the_order_in_which_they_end()
    {
        PreheatTaskPoller poller = await PollAsync(["slow", "quick", "middle"], TimeSpan.FromMinutes(5), (id, count) => count < (id switch { "slow" => 3, "middle" => 2, _ => 1 }) ? Open : Done);

        Assert.Equal(["quick", "middle", "slow"], (await DrainAsync(poller)).Select(end => end.TaskId));
        Assert.Empty(poller.OpenTasks);
    }

    [Theory]
    [InlineData("""{"preheating_results":[]}""")]
    [InlineData("{}")]
    [InlineData("""{"preheating_results":[{"url":"https://a/1","status":"succeed"},{"url":"https://a/2","status":"processing"}]}""")]
    [InlineData("""{"preheating_results":[{"url":"https://a/1","status":"success"}]}""")]
    [InlineData("""{"preheating_results":[{"url":"https://a/1"}]}""")]
    public async Task Is_not_done(string answer)
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromSeconds(35), (_, _) => answer);

        Assert.Empty(await DrainAsync(poller));
        Assert.Equal([0, 10, 20, 30, 35], _vod.Queries.Select(query => query.At.TotalSeconds));
        Assert.Equal(["t"], poller.OpenTasks);
    }

    [Fact]
    public async Task Is_done_whatever_the_case_of_the_status()
    {
        PreheatTaskPoller poller = await PollAsync(
            ["t"],
            TimeSpan.FromMinutes(1),
            (_, _) => """{"preheating_results":[{"url":"https://a/1","status":"SUCCEED"},{"url":"https://a/2","status":"Failed"}]}""");

        PollAnswer end = Assert.Single(await DrainAsync(poller));
        Assert.Equal([new("https://a/1", "SUCCEED"), new("https://a/2", "Failed")], end.Results);
        Assert.Equal(new PollProgress(Tasks: 1, TasksEnded: 1, UrlsSucceeded: 1, UrlsFailed: 1, UrlsOpen: 0), poller.Progress);
    }

    [Fact]
    public async Task Gives_up_at_the_deadline_after_a_last_query_and_keeps_the_last_rows()
    {
        PreheatTaskPoller poller = await PollAsync(["done", "open"], TimeSpan.FromSeconds(25), (id, _) => id == "done" ? Done : Open);

        Assert.Equal(["done"], (await DrainAsync(poller)).Select(end => end.TaskId));
        Assert.Equal([0, 10, 20, 25], _vod.Queries.Where(query => query.TaskId == "open").Select(query => query.At.TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(25), Now);
        Assert.Equal(TimeSpan.Zero, poller.Remaining);
        Assert.Equal(["open"], poller.OpenTasks);
        Assert.Equal([new UrlResult("https://a/1", "processing")], poller.LastResults("open"));
        Assert.Empty(poller.LastResults("unknown"));
        Assert.Equal(new PollProgress(Tasks: 2, TasksEnded: 1, UrlsSucceeded: 1, UrlsFailed: 0, UrlsOpen: 1), poller.Progress);
        Assert.Null(await RunAsync(poller.NextEndAsync()));
        Assert.Equal(5, _vod.Queries.Count);
    }

    [Fact]
    public async Task What_ended_during_the_last_wait_counts()
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromSeconds(25), (_, _) => Now < TimeSpan.FromSeconds(24) ? Open : Done);

        Assert.Single(await DrainAsync(poller));
        Assert.Empty(poller.OpenTasks);
    }

    [Fact]
    public async Task What_ended_while_the_machine_slept_counts()
    {
        PreheatTaskPoller poller = await PollAsync(TaskIds(30), TimeSpan.FromMinutes(15), (_, _) => Now < TimeSpan.FromHours(1) ? Open : Done);
        Task<PollAnswer?> first = poller.NextEndAsync();
        await AnswerAllAsync(first);
        int asked = _vod.Queries.Count;

        _clock.Advance(TimeSpan.FromHours(8));
        await TestClient.EventuallyAsync(() => _vod.Queries.Count > asked);

        Assert.NotNull(await RunAsync(first));
        Assert.Equal(29, (await DrainAsync(poller)).Count);
        Assert.Equal(asked + 30, _vod.Queries.Count);
        Assert.Empty(poller.OpenTasks);
    }

    [Fact]
    public async Task A_query_that_was_in_flight_when_the_machine_slept_is_followed_by_one_more()
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromMinutes(15), (_, count) => count == 1 ? Open : Done);
        _vod.Latency = TimeSpan.FromSeconds(1);
        Task<PollAnswer?> next = poller.NextEndAsync();
        _clock.Advance(TimeSpan.FromHours(8));

        Assert.NotNull(await RunAsync(next));
        Assert.Equal(2, _vod.Queries.Count);
    }

    [Fact]
    public async Task Answers_that_arrived_while_nobody_took_them_count_after_the_deadline()
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
    public async Task A_wall_clock_that_is_set_changes_nothing(int hours)
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
    public async Task Gives_up_when_the_last_queries_stay_without_an_answer_for_ten_seconds()
    {
        PreheatTaskPoller poller = await PollAsync(["t", "u"], TimeSpan.FromSeconds(25), (_, _) => Done);
        _vod.Latency = TimeSpan.FromHours(1);

        Assert.Empty(await DrainAsync(poller));
        Assert.Equal(["t", "u"], poller.OpenTasks);
        Assert.Equal(TimeSpan.FromSeconds(35), Now);
    }

    [Fact]
    public async Task Does_not_give_up_while_the_last_queries_are_answered_one_by_one()
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
    public async Task Last_queries_that_the_rate_limit_holds_are_waited_for()
    {
        using var network = new FakeNetwork(Answers.Body(200, Open));
        using VodClient client = TestClient.Create(network, _clock, perMinute: 10);
        var poller = new PreheatTaskPoller(client, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5), _scope, _clock);
        Array.ForEach(TaskIds(30), id => poller.Add(id));
        Task<PollAnswer?> next = poller.NextEndAsync();

        // Each time until the poller is at rest: its alarm is set to the time-out, then to ten seconds after the next query.
        foreach ((int now, int alarm) in new[] { (0, 5), (5, 70), (60, 130), (120, 190), (180, 250) })
        {
            _clock.AdvanceTo(TimeSpan.FromSeconds(now));
            await TestClient.EventuallyAsync(() => _clock.AlarmAt == TimeSpan.FromSeconds(alarm) && network.Count >= 10 * (1 + (now / 60)));
        }

        _clock.AdvanceTo(TimeSpan.FromSeconds(240));
        Assert.Null(await next.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(TaskIds(30), poller.OpenTasks);

        // Eight were under way when the time was up, and are queried once more like all others.
        Assert.Equal(10 + 8 + 30, network.Count);
        Assert.Equal(30, network.Sent[10..].DistinctBy(sent => sent.Uri.Query).Count());
    }

    [Fact]
    public async Task A_last_query_that_fails_is_not_repeated()
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromSeconds(25), (_, _) => new FakeAnswer(HttpStatusCode.ServiceUnavailable, ""));

        Assert.Empty(await DrainAsync(poller));
        Assert.Equal([0, 10, 20, 25], _vod.Queries.Select(query => query.At.TotalSeconds));
    }

    [Fact]
    public async Task Every_task_is_queried_after_the_deadline_although_answers_never_cease()
    {
        // Each answer is there at once and takes a second of the clock, and a round more than the interval: one is always due.
        PreheatTaskPoller poller = await PollAsync(TaskIds(100), TimeSpan.FromSeconds(60), (_, _) => Open);
        _vod.OnQuery = () => _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty(await DrainAsync(poller));
        Assert.InRange(_vod.Queries.Count, 155, 165);
        Assert.Equal(100, _vod.Queries.Where(query => query.At >= TimeSpan.FromSeconds(60)).DistinctBy(query => query.TaskId).Count());
        Assert.Equal(100, poller.OpenTasks.Count);
    }

    [Fact]
    public async Task A_task_that_is_added_during_a_wait_is_queried_at_once()
    {
        PreheatTaskPoller poller = await PollAsync(["slow"], TimeSpan.FromMinutes(5), (id, _) => id == "slow" ? Open : Done);
        Task<PollAnswer?> next = poller.NextEndAsync();
        await AnswerAllAsync(next);
        poller.Add("late");
        poller.Add("slow");
        await TestClient.EventuallyAsync(() => _vod.NextAnswerAt is not null);

        Assert.Equal("late", (await RunAsync(next))!.Value.TaskId);
        Assert.Equal(TimeSpan.Zero, Now);
        Assert.Equal(["slow"], poller.OpenTasks);
        Assert.Equal((2, 1), (poller.Progress.Tasks, poller.Progress.TasksEnded));
    }

    [Fact]
    public async Task Tasks_can_be_added_from_another_thread_all_the_time()
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
    public async Task Of_a_task_that_has_ended_only_the_counts_are_kept()
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
    public async Task Asks_at_most_8_at_a_time()
    {
        PreheatTaskPoller poller = await PollAsync(TaskIds(30), TimeSpan.FromMinutes(5), (_, _) => Done);
        _vod.Latency = TimeSpan.FromSeconds(1);

        Assert.Equal(30, (await DrainAsync(poller)).Count);

        Assert.Equal([8, 8, 8, 6], _vod.Queries.GroupBy(query => query.At).Select(second => second.Count()));
    }

    [Fact]
    public async Task Asks_500_tasks_in_turn_under_a_limit_of_100_a_minute()
    {
        const int Rounds = 3;
        PreheatTaskPoller poller = await PollAsync(TaskIds(500), TimeSpan.FromHours(1), (_, count) => count < Rounds ? Open : Done);
        _vod.PerMinute = 100;

        List<PollAnswer> ends = await DrainAsync(poller);

        Assert.Equal(TaskIds(500), ends.Select(end => end.TaskId));
        Assert.Empty(poller.OpenTasks);

        // Nobody is asked a second time before everybody was asked a first time, and so on, but for the 8 in flight.
        Dictionary<string, int> asked = TaskIds(500).ToDictionary(id => id, _ => 0);
        for (int i = 0; i < _vod.Queries.Count; i++)
        {
            asked[_vod.Queries[i].TaskId]++;
            Assert.InRange(asked[_vod.Queries[i].TaskId], 1, ((i + 8) / 500) + 1);
        }

        // No time is wasted: the limit alone says how long it takes, 15 minutes less the burst of the first.
        Assert.Equal(500 * Rounds, _vod.Queries.Count);
        Assert.Equal(TimeSpan.FromMinutes(14), _vod.Queries[^1].At);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, """{"error_code":"VOD.10051","error_msg":"Internal error."}""")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "")]
    [InlineData(HttpStatusCode.TooManyRequests, """{"error_code":"APIGW.0308","error_msg":"limit"}""", 0)]
    [InlineData(HttpStatusCode.OK, "<html>")]
    [InlineData(null, "reset")]
    public async Task Asks_again_after_a_transient_failure_and_says_so(HttpStatusCode? status, string body, int? retryAfter = null)
    {
        PreheatTaskPoller poller = await PollAsync(
            ["t"], TimeSpan.FromMinutes(5), (_, count) => count < 2 ? new FakeAnswer(status, body) { RetryAfter = retryAfter } : Done);

        Assert.Single(await DrainAsync(poller));
        Assert.Equal([0, 10], _vod.Queries.Select(query => query.At.TotalSeconds));
        Assert.Single(Trace(), line => line.StartsWith("The query of task t failed and will be repeated: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_Retry_After_longer_than_the_interval_is_waited_for()
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
    public async Task Ends_a_task_on_a_failure_that_stays(HttpStatusCode status, string code, FailureKind kind)
    {
        PreheatTaskPoller poller = await PollAsync(
            ["bad", "open"], TimeSpan.FromMinutes(5), (id, _) => id == "bad" ? new FakeAnswer(status, $$"""{"error_code":"{{code}}","error_msg":"told"}""") : Open);

        PollAnswer? end = await RunAsync(poller.NextEndAsync());

        Assert.Equal("bad", end!.Value.TaskId);
        Assert.Equal(kind, end.Value.Failure!.Kind);
        Assert.Equal(code, end.Value.Failure.ErrorCode);
        Assert.Empty(end.Value.Results);
        Assert.Equal(["open"], poller.OpenTasks);
        Assert.Equal(1, poller.Progress.TasksEnded);
    }

    [Fact]
    public async Task Ends_when_the_scope_is_cancelled()
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromMinutes(5), (_, _) => Open);
        Task<PollAnswer?> next = poller.NextEndAsync();
        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Has_nothing_to_do_without_tasks()
    {
        PreheatTaskPoller poller = await PollAsync([], TimeSpan.FromMinutes(5), (_, _) => Done);

        Assert.Null(await RunAsync(poller.NextEndAsync()));
        Assert.Empty(_vod.Queries);
    }

    private static string[] TaskIds(int count) => [.. Enumerable.Range(1, count).Select(static number => $"task{number}")];

    private async Task<PreheatTaskPoller> PollAsync(string[] taskIds, TimeSpan timeout, AnswerOf answer)
    {
        // A connection's first request goes alone, to try the credentials; here they have been tried.
        await _client.GetPreheatingResultsAsync("first", _scope);
        _vod.Listen(answer);
        var poller = new PreheatTaskPoller(_client, TimeSpan.FromSeconds(10), timeout, _scope, _clock);
        Array.ForEach(taskIds, id => poller.Add(id));
        return poller;
    }

    /// <summary>Lets all queries be answered that are in flight now or become so, without moving the clock.</summary>
    private async Task AnswerAllAsync(Task poll)
    {
        while (!poll.IsCompleted && _vod.NextAnswerAt is not null)
        {
            int alarms = _clock.AlarmsSet;
            _vod.AnswerNext();
            await Task.WhenAny(poll, _clock.AlarmSetAfter(alarms)).WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    private async Task<List<PollAnswer>> DrainAsync(PreheatTaskPoller poller)
    {
        List<PollAnswer> ends = [];
        while (await RunAsync(poller.NextEndAsync()) is { } end)
        {
            ends.Add(end);
        }

        return ends;
    }

    /// <summary>
    /// Lets one thing happen after the other, in the order of their times: the next answer, or the alarm that the poller has set.
    /// After each the poller works, and is at rest when it has set its alarm again.
    /// </summary>
    private async Task<T> RunAsync<T>(Task<T> work)
    {
        while (!work.IsCompleted && !_vod.AnswersAtOnce)
        {
            int alarms = _clock.AlarmsSet;
            if (_vod.NextAnswerAt is { } at && (at < _clock.AlarmAt || at <= Now))
            {
                _clock.AdvanceTo(at);
                _vod.AnswerNext();
            }
            else
            {
                _clock.AdvanceTo(_clock.AlarmAt);
            }

            await Task.WhenAny(work, _clock.AlarmSetAfter(alarms)).WaitAsync(TimeSpan.FromSeconds(30));
        }

        return await work.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private List<string> Trace()
    {
        List<string> lines = [];
        while (_scope.TryTakeTrace(out string? line))
        {
            lines.Add(line);
        }

        return lines;
    }

    private sealed record Query(string TaskId, TimeSpan At);

    /// <param name="Status">The status; null breaks the connection.</param>
    /// <param name="Body">The JSON.</param>
    private sealed record FakeAnswer(HttpStatusCode? Status, string Body)
    {
        public int? RetryAfter { get; init; }

        public static implicit operator FakeAnswer(string body) => new(HttpStatusCode.OK, body);
    }

    /// <summary>A clock that knows the alarm of the poller: the last short timer set.</summary>
    private sealed class EventClock : ManualClock
    {
        private readonly object _lock = new();
        private TaskCompletionSource _set = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int AlarmsSet { get; private set; }

        public TimeSpan AlarmAt { get; private set; } = TimeSpan.MaxValue;

        public Task AlarmSetAfter(int alarms)
        {
            lock (_lock)
            {
                return AlarmsSet > alarms ? Task.CompletedTask : _set.Task;
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime < Endless)
            {
                lock (_lock)
                {
                    AlarmsSet++;
                    AlarmAt = Now + dueTime;
                    _set.SetResult();
                    _set = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }

            return timer;
        }
    }

    /// <summary>The service: answers one query after the other, when the test says so, under a limit a minute.</summary>
    private sealed class FakeVod(EventClock clock) : HttpMessageHandler
    {
        private readonly object _lock = new();
        private readonly Queue<(TimeSpan At, TaskCompletionSource Release)> _waiting = new();
        private readonly List<TimeSpan> _admitted = [];
        private readonly Dictionary<string, int> _asked = [];
        private AnswerOf? _answer;

        public List<Query> Queries { get; } = [];

        public TimeSpan Latency { get; set; }

        /// <summary>Queries admitted in any minute; later ones wait, in the order in which they came.</summary>
        public int PerMinute { get; set; } = int.MaxValue;

        /// <summary>The least time between two answers.</summary>
        public TimeSpan Spacing { get; set; }

        /// <summary>Runs before each answer, which is then given at once.</summary>
        public Action? OnQuery { get; set; }

        public bool AnswersAtOnce => OnQuery is not null;

        public TimeSpan? NextAnswerAt
        {
            get
            {
                lock (_lock)
                {
                    return _waiting.TryPeek(out (TimeSpan At, TaskCompletionSource) next) ? next.At : null;
                }
            }
        }

        public void Listen(AnswerOf answer) => _answer = answer;

        public void AnswerNext()
        {
            TaskCompletionSource release;
            lock (_lock)
            {
                release = _waiting.Dequeue().Release;
            }

            release.SetResult();
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (_answer is null)
            {
                return Respond(Done);
            }

            string taskId = request.RequestUri!.Query.Split("task_id=")[1];
            Task admitted = Admit(taskId);
            OnQuery?.Invoke();
            if (!AnswersAtOnce)
            {
                await admitted.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            return Respond(_answer(taskId, _asked[taskId] = _asked.GetValueOrDefault(taskId) + 1));
        }

        private Task Admit(string taskId)
        {
            lock (_lock)
            {
                TimeSpan at = clock.Now + Latency;
                if (_admitted.Count >= PerMinute && _admitted[^PerMinute] + TimeSpan.FromMinutes(1) is var free && free > at)
                {
                    at = free;
                }

                if (_admitted.Count > 0 && _admitted[^1] + Spacing is var spaced && spaced > at)
                {
                    at = spaced;
                }

                var release = new TaskCompletionSource();
                Queries.Add(new Query(taskId, clock.Now));
                _admitted.Add(at);
                _waiting.Enqueue((at, release));
                return release.Task;
            }
        }

        private static HttpResponseMessage Respond(FakeAnswer answer)
        {
            if (answer.Status is not { } status)
            {
                throw new HttpRequestException(HttpRequestError.ResponseEnded, answer.Body);
            }

            var response = new HttpResponseMessage(status) { Content = new StringContent(answer.Body, Encoding.UTF8, "application/json") };
            if (answer.RetryAfter is { } seconds)
            {
                response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(seconds));
            }

            return response;
        }
    }
}
