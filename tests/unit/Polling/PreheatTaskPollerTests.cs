using System.Net;
using System.Net.Http.Headers;
using System.Text;
using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;
using VodPreheat.Client.Polling;
using VodPreheat.Client.Preheating;
using VodPreheat.Client.Secrets;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Polling;

/// <summary>Waiting for many tasks, on a clock that only the test moves.</summary>
public sealed partial class PreheatTaskPollerTests : IDisposable
{
    private const string Done = """{"preheating_results":[{"url":"https://a/1","status":"succeed"}]}""";
    private const string Open = """{"preheating_results":[{"url":"https://a/1","status":"processing"}]}""";

    private readonly AlarmClock _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly FakeVod _vod;
    private readonly VodClient _client;
    private readonly InvocationContext _context;

    public PreheatTaskPollerTests()
    {
        _vod = new FakeVod(_clock);
        _context = new InvocationContext(_stop.Token);
        _client = new VodClient(
            new Uri("https://vod.test.invalid"),
            "project",
            new FixedCredentialSource(new TokenCredential(new Secret("token")), AuthenticationType.Token),
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
    public async Task A_task_is_queried_again_an_interval_after_its_answer()
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromMinutes(5), (_, count) => count < 3 ? Open : Done);
        PollAnswer? end = await RunAsync(poller.NextEndAsync());

        Assert.Equal("t", end!.Value.TaskId);
        Assert.Equal([0, 10, 20], _vod.Queries.Select(query => query.At.TotalSeconds));
        Assert.Null(await RunAsync(poller.NextEndAsync()));
    }

    [Fact]
    public async Task The_interval_counts_from_the_answer()
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromMinutes(5), (_, count) => count < 2 ? Open : Done);
        _vod.Latency = TimeSpan.FromSeconds(4);
        await RunAsync(poller.NextEndAsync());

        Assert.Equal([0, 14], _vod.Queries.Select(query => query.At.TotalSeconds));
    }

    [Fact]
    public async Task Tasks_are_returned_in_the_order_in_which_they_finish()
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
    public async Task A_task_is_not_finished(string answer)
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromSeconds(35), (_, _) => answer);

        Assert.Empty(await DrainAsync(poller));
        Assert.Equal([0, 10, 20, 30, 35], _vod.Queries.Select(query => query.At.TotalSeconds));
        Assert.Equal(["t"], poller.OpenTasks);
    }

    [Fact]
    public async Task A_task_with_specified_URLs_ends_with_these()
    {
        string Answer(int count) => $$"""
            {"preheating_results":[{"url":"https://a/1","status":"succeed"},{"url":"https://a/other","status":"succeed"},
            {"url":"https://a/2","status":"{{(count < 3 ? "processing" : "failed")}}"}]}
            """;
        PreheatTaskPoller poller = await PollAsync([], TimeSpan.FromMinutes(5), (_, count) => Answer(count));
        poller.Add("t", ["https://a/2", "https://a/1"], urlCount: 2, submittedAt: null);

        Assert.Equal(3, Assert.Single(await DrainAsync(poller)).Results.Count);
        Assert.Equal(new PollProgress(Tasks: 1, TasksEnded: 1, UrlsSucceeded: 2, UrlsFailed: 1, UrlsOpen: 0), poller.Progress);
        Assert.Equal([0, 10, 20], _vod.Queries.Select(query => query.At.TotalSeconds));
    }

    [Fact]
    public async Task The_progress_counts_the_last_results_of_each_task()
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromMinutes(5), (_, count) => $$"""
            {"preheating_results":[{"url":"https://a/1","status":"failed"},{"url":"https://a/2","status":"{{(count < 3 ? "processing" : "succeed")}}"}]}
            """);
        Assert.Equal(new PollProgress(Tasks: 1, TasksEnded: 0, UrlsSucceeded: 0, UrlsFailed: 0, UrlsOpen: 0) { TasksWithoutUrls = 1 }, poller.Progress);
        for (int query = 1; query < 3; query++)
        {
            Assert.False((await RunAsync(poller.NextAnswerAsync()))!.Value.HasEnded);
            Assert.Equal(new PollProgress(Tasks: 1, TasksEnded: 0, UrlsSucceeded: 0, UrlsFailed: 1, UrlsOpen: 1), poller.Progress);
        }

        Assert.True((await RunAsync(poller.NextAnswerAsync()))!.Value.HasEnded);
        Assert.Equal(new PollProgress(Tasks: 1, TasksEnded: 1, UrlsSucceeded: 1, UrlsFailed: 1, UrlsOpen: 0), poller.Progress);
    }

    [Fact]
    public async Task A_status_is_not_case_sensitive()
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
    public async Task At_the_deadline_the_wait_ends_after_a_last_query_and_keeps_the_last_results()
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
    public async Task The_wait_ends_when_the_invocation_is_canceled()
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromMinutes(5), (_, _) => Open);
        Task<PollAnswer?> next = poller.NextEndAsync();
        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task The_wait_ends_when_the_invocation_is_canceled_between_two_queries()
    {
        PreheatTaskPoller poller = await PollAsync(["t"], TimeSpan.FromMinutes(5), (_, _) => Open);
        Task<PollAnswer?> next = poller.NextEndAsync();
        await AnswerAllAsync(next);
        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Single(_vod.Queries);
    }

    [Fact]
    public async Task Without_tasks_the_wait_ends()
    {
        PreheatTaskPoller poller = await PollAsync([], TimeSpan.FromMinutes(5), (_, _) => Done);

        Assert.Null(await RunAsync(poller.NextEndAsync()));
        Assert.Empty(_vod.Queries);
    }

    private static string[] TaskIds(int count) => [.. Enumerable.Range(1, count).Select(static number => $"task{number}")];

    private async Task<PreheatTaskPoller> PollAsync(string[] taskIds, TimeSpan timeout, AnswerOf answer)
    {
        // The first request of a connection is sent alone. Here, the credentials are accepted already.
        await _client.GetPreheatingResultsAsync("first", _context);
        _vod.Listen(answer);
        var poller = new PreheatTaskPoller(_client, TimeSpan.FromSeconds(10), timeout, _context, _clock);
        Array.ForEach(taskIds, id => poller.Add(id));
        return poller;
    }

    /// <summary>Answers all queries that are in flight, or that are sent meanwhile, without moving the clock.</summary>
    private async Task AnswerAllAsync(Task poll)
    {
        while (!poll.IsCompleted && _vod.NextAnswerAt is not null)
        {
            int alarms = _clock.AlarmsSet;
            _vod.AnswerNext();
            await Task.WhenAny(poll, _clock.AlarmSetAfter(alarms)).WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>The machine sleeps until after the timeout: the poller is idle again when it has set its timer for the last queries.</summary>
    private async Task AwakeAfterAsync(TimeSpan sleep)
    {
        TimeSpan awake = Now + sleep;
        _clock.Advance(sleep);
        await TestClient.EventuallyAsync(() => _clock.AlarmAt == awake + TimeSpan.FromSeconds(10));
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
    /// Makes the events happen in the order of their times: the next answer, or the timer of the poller.
    /// After each, the poller runs, and is idle when it has set its timer again.
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
        while (_context.TryTakeTrace(out string? line))
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

    /// <summary>A clock that knows the timer of the poller: the last short timer that was set.</summary>
    private sealed class AlarmClock : ManualClock
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

    /// <summary>The service: answers one query after the other when the test permits it, with a limit per minute.</summary>
    private sealed class FakeVod(AlarmClock clock) : HttpMessageHandler
    {
        private readonly object _lock = new();
        private readonly Queue<(TimeSpan At, TaskCompletionSource Release)> _waiting = new();
        private readonly List<TimeSpan> _admitted = [];
        private readonly Dictionary<string, int> _asked = [];
        private AnswerOf? _answer;

        public List<Query> Queries { get; } = [];

        public TimeSpan Latency { get; set; }

        /// <summary>Queries that are sent in any minute; later ones wait in their order.</summary>
        public int PerMinute { get; set; } = int.MaxValue;

        /// <summary>The minimum time between two answers.</summary>
        public TimeSpan Spacing { get; set; }

        /// <summary>Runs before each answer, which is then sent immediately.</summary>
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
