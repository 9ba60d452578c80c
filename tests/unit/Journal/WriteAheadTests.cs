using VodPreheat.Client;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Journal;

/// <summary>What a client writes down of its submissions, and when.</summary>
public sealed class WriteAheadTests : IDisposable
{
    private const string Url = "https://cdn.example.com/a.mp4";

    private readonly SkippingClock _clock = new();
    private readonly TestJournal _journal;

    public WriteAheadTests() => _journal = new TestJournal(_clock);

    public void Dispose() => _journal.Dispose();

    [Fact]
    public async Task A_submission_is_recorded_before_it_is_sent_and_again_with_its_answer()
    {
        JournalLine[]? whenSent = null;
        using var network = new FakeNetwork((sent, cancellation) =>
        {
            whenSent = _journal.Events;
            _clock.Advance(TimeSpan.FromSeconds(3));
            return Answers.Good(sent, cancellation);
        });
        using VodClient client = _journal.Client(network);
        DateTimeOffset start = _clock.GetUtcNow();
        Submission submission = await client.SubmitUrlsAsync([Url], TestClient.Context());

        JournalLine sending = Assert.Single(whenSent!);
        Assert.Equal((JournalLine.Sending, start, "https://vod.test.invalid", "cn-north-4", TestClient.ProjectId), (sending.Event, sending.Time!.Value, sending.Endpoint, sending.Region, sending.ProjectId));
        Assert.Equal([Url], sending.Urls!);
        Assert.Equal(2, _journal.Events.Length);
        JournalLine accepted = _journal.Events[1];
        Assert.Equal((JournalLine.Accepted, sending.Id, start.AddSeconds(3), "5199337c31c8e4622f1590735b13a263"), (accepted.Event, accepted.Id, accepted.Time!.Value, accepted.TaskId));
        Assert.Equivalent(submission, Assert.Single(_journal.Journal.NewestFirst(TestClient.Context())), strict: true);
        Assert.True(client.Owns(submission));
    }

    [Fact]
    public async Task The_submission_of_an_asset_is_recorded()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = _journal.Client(network);
        Submission submission = await client.SubmitAssetAsync("asset1", TestClient.Context());
        Assert.Equal("asset1", submission.AssetId);
        Assert.Equal("asset1", _journal.Events[0].AssetId);
        Assert.Null(_journal.Events[0].Urls);
        Assert.Equivalent(submission, Assert.Single(_journal.Journal.NewestFirst(TestClient.Context())), strict: true);
    }

    [Fact]
    public async Task Queries_do_not_access_the_journal()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = _journal.Client(network);
        await client.QueryAsync();
        Assert.Empty(Directory.GetFileSystemEntries(_journal.Folder));

        // Nor one that could not be touched.
        Directory.CreateDirectory(_journal.File);
        await client.QueryAsync();
    }

    [Fact]
    public async Task All_attempts_of_a_throttled_submission_are_one_submission()
    {
        using var network = new FakeNetwork(Answers.Throttled, Answers.Throttled, Answers.Good);
        using VodClient client = _journal.Client(network);
        DateTimeOffset start = _clock.GetUtcNow();
        Submission submission = await client.SubmitUrlsAsync([Url], TestClient.Context());
        Assert.Equal(3, network.Count);
        Assert.Equal([JournalLine.Sending, JournalLine.Accepted], _journal.Events.Select(static line => line.Event));
        Assert.Equal(start, submission.SubmittedAt);
    }

    [Theory]
    [InlineData(400, "VOD.10053")]
    [InlineData(403, "VOD.10086")]
    [InlineData(401, "APIGW.0301")]
    [InlineData(429, "APIGW.0308")]
    public async Task A_refusal_is_recorded_with_its_code(int status, string code)
    {
        using var network = new FakeNetwork(Answers.Error(status, code, "no"));
        using VodClient client = _journal.Client(network);
        await TestClient.FailureAsync(() => client.SubmitAsync());
        Assert.Equal([JournalLine.Sending, JournalLine.Refused], _journal.Events.Select(static line => line.Event));
        Assert.Equal(code, _journal.Events[1].ErrorCode);
    }

    [Fact]
    public async Task A_submission_that_was_certainly_not_received_is_recorded_as_refused()
    {
        using var network = new FakeNetwork(Answers.Throws(new HttpRequestException(HttpRequestError.NameResolutionError)));
        using VodClient client = _journal.Client(network);
        await TestClient.FailureAsync(() => client.SubmitAsync());
        Assert.Equal([JournalLine.Sending, JournalLine.Refused], _journal.Events.Select(static line => line.Event));
        Assert.Equal(ErrorIds.ConnectionFailed, _journal.Events[1].ErrorCode);
    }

    [Fact]
    public async Task A_submission_of_which_nothing_was_written_has_failed_whatever_the_network_says()
    {
        using var network = new BrokenNetwork();
        using VodClient client = TestClient.Create(TestClient.Endpoint, TestClient.Settings(network, _clock), _journal.Journal);
        VodClientException failure = await TestClient.FailureAsync(() => client.SubmitAsync());
        Assert.Equal((Delivery.NotSent, false), (failure.Delivery, failure.OutcomeUnknown));
        Assert.Equal([JournalLine.Sending, JournalLine.Refused], _journal.Events.Select(static line => line.Event));
    }

    public static TheoryData<string> Unknown => ["500", "502", "not JSON", "reset"];

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task An_unknown_outcome_is_not_recorded(string how)
    {
        using var network = new FakeNetwork(how switch
        {
            "reset" => Answers.Throws(new HttpRequestException(HttpRequestError.ResponseEnded)),
            "not JSON" => Answers.Body(200, "<html>"),
            _ => Answers.Error(int.Parse(how, System.Globalization.CultureInfo.InvariantCulture), "X", "broken"),
        });
        using VodClient client = _journal.Client(network);
        Assert.True((await TestClient.FailureAsync(() => client.SubmitAsync())).OutcomeUnknown);
        Assert.Equal([JournalLine.Sending], _journal.Events.Select(static line => line.Event));
        Assert.Equal(SubmissionOutcome.Unknown, Assert.Single(_journal.Journal.NewestFirst(TestClient.Context())).Outcome);
    }

    [Fact]
    public async Task What_is_not_sent_is_not_recorded()
    {
        using var network = new FakeNetwork(Answers.Unauthorized);
        using VodClient client = _journal.Client(network);
        await TestClient.AssertCanceledAsync(client.SubmitAsync(new InvocationContext(new CancellationToken(canceled: true))));
        await TestClient.FailureAsync(() => client.SubmitAsync());

        // The connection remembers the refusal.
        await TestClient.FailureAsync(() => client.SubmitAsync());
        Assert.Equal(1, network.Count);
        Assert.Equal([JournalLine.Sending, JournalLine.Refused], _journal.Events.Select(static line => line.Event));
    }

    [Fact]
    public async Task Nothing_is_sent_that_cannot_be_recorded_in_a_specified_folder()
    {
        Directory.CreateDirectory(_journal.File);
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = _journal.Client(network);
        VodClientException failure = await TestClient.FailureAsync(() => client.SubmitAsync());
        Assert.Equal(ErrorIds.JournalUnavailable, failure.ErrorCode);
        Assert.False(failure.OutcomeUnknown);
        Assert.Equal(0, network.Count);
    }

    [Fact]
    public async Task A_submission_in_progress_is_not_canceled_with_its_caller_and_its_answer_is_recorded()
    {
        Assert.Equal("5199337c31c8e4622f1590735b13a263", (await SubmitAndStopAsync(Answers.Good)).TaskId);
        Assert.Equal([JournalLine.Sending, JournalLine.Accepted], _journal.Events.Select(static line => line.Event));
    }

    [Fact]
    public async Task A_submission_that_is_canceled_while_it_connects_is_not_sent_and_recorded_as_refused()
    {
        using var stop = new CancellationTokenSource();
        using var network = new ConnectingNetwork();
        using VodClient client = TestClient.Create(TestClient.Endpoint, ConnectingNetwork.Settings(network, _clock), _journal.Journal);
        Task submission = client.SubmitUrlsAsync([Url], new InvocationContext(stop.Token));
        await network.Connecting.WaitAsync(TimeSpan.FromSeconds(15));
        await stop.CancelAsync();
        await TestClient.AssertCanceledAsync(submission);
        Assert.Equal([JournalLine.Sending, JournalLine.Refused], _journal.Events.Select(static line => line.Event));
        Assert.Equal(ErrorIds.SubmissionStopped, _journal.Events[1].ErrorCode);
    }

    [Fact]
    public async Task Nothing_is_written_to_a_connection_that_stands_only_after_the_caller_has_stopped()
    {
        using var stop = new CancellationTokenSource();
        using var network = new LateNetwork();
        using VodClient client = TestClient.Create(TestClient.Endpoint, TestClient.Settings(network, _clock), _journal.Journal);
        Task submission = client.SubmitUrlsAsync([Url], new InvocationContext(stop.Token));
        await network.Connecting.WaitAsync(TimeSpan.FromSeconds(15));
        await stop.CancelAsync();
        await TestClient.AssertCanceledAsync(submission);
        Assert.Equal(0, network.Written);
        Assert.Equal([JournalLine.Sending, JournalLine.Refused], _journal.Events.Select(static line => line.Event));
    }

    [Fact]
    public async Task A_submission_whose_attempt_ends_while_it_connects_is_not_sent()
    {
        using var network = new ConnectingNetwork();
        using VodClient client = TestClient.Create(TestClient.Endpoint, ConnectingNetwork.Settings(network, _clock) with { MaximumRetryCount = 2 }, _journal.Journal);
        Task submission = client.SubmitUrlsAsync([Url], TestClient.Context());
        for (int attempt = 0; attempt < 3; attempt++)
        {
            await TestClient.EventuallyAsync(() => network.Attempts > attempt);
            _clock.Advance(SkippingClock.Endless);
        }

        VodClientException failure = await TestClient.FailureAsync(() => submission.WaitAsync(TimeSpan.FromSeconds(15)));
        Assert.Equal((ErrorIds.Timeout, Delivery.NotSent, false), (failure.ErrorCode, failure.Delivery, failure.OutcomeUnknown));
        Assert.Equal([JournalLine.Sending, JournalLine.Refused], _journal.Events.Select(static line => line.Event));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_disconnect_leaves_the_outcome_unknown_only_of_what_was_sent(bool isSent)
    {
        using var connecting = new ConnectingNetwork();
        using var sending = new FakeNetwork(Answers.Never);
        using VodClient client = isSent
            ? _journal.Client(sending)
            : TestClient.Create(TestClient.Endpoint, ConnectingNetwork.Settings(connecting, _clock), _journal.Journal);
        Task submission = client.SubmitUrlsAsync([Url], TestClient.Context());
        await TestClient.EventuallyAsync(() => sending.Count + connecting.Attempts == 1);
        client.Dispose();
        _clock.Advance(AttemptHandler.Grace);
        VodClientException failure = await TestClient.FailureAsync(() => submission.WaitAsync(TimeSpan.FromSeconds(15)));
        Assert.Equal((ErrorIds.NotConnected, isSent), (failure.ErrorCode, failure.OutcomeUnknown));
        Assert.Equal(isSent ? 1 : 2, _journal.Events.Length);
    }

    [Fact]
    public async Task It_has_ten_seconds_for_its_answer()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var journal = new TestJournal(clock);
        using var stop = new CancellationTokenSource();
        using var network = new FakeNetwork(Answers.Never);
        using VodClient client = journal.Client(network);
        Task submission = client.SubmitUrlsAsync([Url], new InvocationContext(stop.Token));
        await TestClient.EventuallyAsync(() => network.Count == 1);
        await stop.CancelAsync();
        clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.NotSame(submission, await Task.WhenAny(submission, Task.Delay(100)));
        clock.Advance(TimeSpan.FromSeconds(0.1));

        // It was sent, and nothing says what became of it.
        Assert.True((await TestClient.FailureAsync(() => submission)).OutcomeUnknown);
        Assert.Equal([JournalLine.Sending], journal.Events.Select(static line => line.Event));
    }

    [Fact]
    public async Task A_connection_that_breaks_while_it_is_waited_for_is_the_reason()
    {
        VodClientException failure = await TestClient.FailureAsync(
            () => SubmitAndStopAsync(Answers.Throws(new HttpRequestException(HttpRequestError.ResponseEnded))));
        Assert.Equal((ErrorIds.ConnectionFailed, true), (failure.ErrorCode, failure.OutcomeUnknown));
        Assert.Equal([JournalLine.Sending], _journal.Events.Select(static line => line.Event));
    }

    [Fact]
    public async Task A_submission_that_turns_out_not_to_be_sent_after_its_caller_has_stopped_is_recorded_as_refused()
    {
        await TestClient.AssertCanceledAsync(SubmitAndStopAsync(Answers.Throws(new HttpRequestException(HttpRequestError.ConnectionError))));
        Assert.Equal([JournalLine.Sending, JournalLine.Refused], _journal.Events.Select(static line => line.Event));
        Assert.Equal(ErrorIds.ConnectionFailed, _journal.Events[1].ErrorCode);
    }

    [Fact]
    public async Task A_throttled_submission_that_is_canceled_is_not_sent_again_and_is_recorded_as_refused()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var journal = new TestJournal(clock);
        using var stop = new CancellationTokenSource();
        using var network = new FakeNetwork(Answers.Throttled, Answers.Good);
        using VodClient client = journal.Client(network);
        InvocationContext context = new(stop.Token);
        Task submission = client.SubmitUrlsAsync([Url], context);
        var trace = new List<string>();
        await TestClient.EventuallyAsync(() =>
        {
            trace.AddRange(TestClient.TraceOf(context));
            return trace.Exists(static line => line.StartsWith("Throttled", StringComparison.Ordinal));
        });
        await stop.CancelAsync();
        await TestClient.AssertCanceledAsync(submission);
        Assert.Equal(1, network.Count);
        Assert.Equal([JournalLine.Sending, JournalLine.Refused], journal.Events.Select(static line => line.Event));
        Assert.Equal("APIGW.0308", journal.Events[1].ErrorCode);
    }

    [Fact]
    public async Task A_submission_that_is_canceled_before_it_is_sent_is_recorded_as_refused()
    {
        using var stop = new CancellationTokenSource();
        using var network = new FakeNetwork(Answers.Good);
        using var client = TestClient.Create(TestClient.Endpoint, TestClient.Settings(network, _clock), new StoppingJournal(_journal.Journal, stop));
        await TestClient.AssertCanceledAsync(client.SubmitUrlsAsync([Url], new InvocationContext(stop.Token)));
        Assert.Equal(0, network.Count);
        Assert.Equal([JournalLine.Sending, JournalLine.Refused], _journal.Events.Select(static line => line.Event));
        Assert.Equal(ErrorIds.SubmissionStopped, _journal.Events[1].ErrorCode);
    }

    [Fact]
    public async Task The_journal_of_the_sandbox_is_in_memory()
    {
        using VodClient client = ConnectionFactory.ConnectSandbox(new TransportSettings());
        using VodClient other = ConnectionFactory.ConnectSandbox(new TransportSettings(), "cn-north-4");
        Submission[] submissions =
        [
            await client.SubmitUrlsAsync(["https://a/1", "https://a/2"], TestClient.Context()),
            await client.SubmitAssetAsync("asset1", TestClient.Context()),
        ];
        await TestClient.FailureAsync(() => client.SubmitUrlsAsync([], TestClient.Context()));
        Submission[] kept = [.. client.Journal.OldestFirst(static _ => true, int.MaxValue, TestClient.Context())];
        Assert.Equal([SubmissionOutcome.Accepted, SubmissionOutcome.Accepted, SubmissionOutcome.Refused], kept.Select(static s => s.Outcome));
        Assert.Equal(submissions, kept[..2]);
        Assert.Equal(kept.AsEnumerable().Reverse(), client.Journal.NewestFirst(TestClient.Context()));
        Assert.Equal("sandbox", kept[0].Region);
        Assert.Empty(other.Journal.NewestFirst(TestClient.Context()));
        Assert.Equal("cn-north-4", (await other.SubmitUrlsAsync(["https://a/1"], TestClient.Context())).Region);
    }

    [Fact]
    public void A_submission_belongs_to_the_connections_of_its_endpoint_and_project()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(new Uri("https://VOD.test.invalid:443/"), TestClient.Settings(network));
        Submission submission = TestJournal.Submission();
        Assert.True(client.Owns(submission));
        Assert.False(client.Owns(submission with { Endpoint = "https://vod.test.invalid:8443" }));
        Assert.False(client.Owns(submission with { ProjectId = "another" }));
    }

    /// <summary>The caller of a submission stops while it is in flight, which has its answer only then.</summary>
    private async Task<Submission> SubmitAndStopAsync(Answer answer)
    {
        using var stop = new CancellationTokenSource();
        var go = new TaskCompletionSource();
        using var network = new FakeNetwork(Answers.After(go.Task, answer));
        using VodClient client = _journal.Client(network);
        Task<Submission> submission = client.SubmitUrlsAsync([Url], new InvocationContext(stop.Token));
        await TestClient.EventuallyAsync(() => network.Count == 1);
        await stop.CancelAsync();
        Assert.Equal([JournalLine.Sending], _journal.Events.Select(static line => line.Event));

        go.SetResult();
        try
        {
            return await submission.WaitAsync(TimeSpan.FromSeconds(15));
        }
        finally
        {
            Assert.Equal(1, network.Count);
        }
    }

    /// <summary>A network whose connections never stand: nothing of a request is written.</summary>
    private sealed class ConnectingNetwork : HttpMessageHandler
    {
        private readonly TaskCompletionSource _connecting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _attempts;

        public Task Connecting => _connecting.Task;

        public int Attempts => Volatile.Read(ref _attempts);

        public static TransportSettings Settings(ConnectingNetwork network, TimeProvider clock) =>
            TestClient.Settings(clock: clock) with { Network = () => network };

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _attempts);
            _connecting.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new InvalidOperationException("An endless wait has ended.");
        }
    }

    /// <summary>A network whose connection stands when the attempt has been canceled, and which would write the request then.</summary>
    private sealed class LateNetwork : HttpMessageHandler
    {
        private readonly TaskCompletionSource _connecting = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Connecting => _connecting.Task;

        public long Written { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var canceled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using CancellationTokenRegistration registration = cancellationToken.Register(canceled.SetResult);
            _connecting.SetResult();
            await canceled.Task;
            using var connection = new MemoryStream();
            try
            {
                await request.Content!.CopyToAsync(connection, CancellationToken.None);
            }
            finally
            {
                Written = connection.Length;
            }

            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>A network whose connections break before anything of a request is written.</summary>
    private sealed class BrokenNetwork : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException(HttpRequestError.Unknown, "reset");
    }

    /// <summary>Stops the caller just after a submission is announced.</summary>
    private sealed class StoppingJournal(SubmissionJournal inner, CancellationTokenSource stop) : SubmissionJournal
    {
        public override IEnumerable<Submission> NewestFirst(InvocationContext context) => inner.NewestFirst(context);

        public override IEnumerable<Submission> OldestFirst(Func<Submission, bool> match, int last, InvocationContext context) =>
            inner.OldestFirst(match, last, context);

        internal override Task<JournalState> CheckAsync() => inner.CheckAsync();

        internal override async Task<bool> AnnounceAsync(Submission submission, InvocationContext context)
        {
            bool announced = await inner.AnnounceAsync(submission, context);
            await stop.CancelAsync();
            return announced;
        }

        internal override Task ConcludeAsync(Submission submission, bool isAnnounced, InvocationContext context) =>
            inner.ConcludeAsync(submission, isAnnounced, context);
    }
}
