using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Identity;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Secrets;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Http;

/// <summary>The two rate limits of a connection, and how long a throttled request is retried.</summary>
public sealed class RateLimitHandlerTests
{
    private static readonly Answer[] s_throttledFourth = [Answers.Good, Answers.Good, Answers.Good, Answers.Throttled];

    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Queries_over_the_limit_wait_and_submissions_continue()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(network, _clock, perMinute: 3);
        await Task.WhenAll(client.QueryAsync(), client.QueryAsync(), client.QueryAsync());
        using var stop = new CancellationTokenSource();
        Task fourth = client.QueryAsync(context: new InvocationContext(stop.Token));
        await client.SubmitAsync();

        Assert.Equal(4, network.Count);
        Assert.False(fourth.IsCompleted);
        Assert.Equal((60, 0), (client.QueryLimit.HeldFor.TotalSeconds, client.SubmissionLimit.HeldFor.TotalSeconds));
        await stop.CancelAsync();
        await TestClient.AssertCanceledAsync(fourth);
        Assert.Equal(4, network.Count);
    }

    [Fact]
    public async Task Submissions_over_the_limit_wait_and_queries_continue()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(network, _clock, submissionsPerMinute: 2);
        await Task.WhenAll(client.SubmitAsync(), client.SubmitAsync());
        Task third = client.SubmitAsync();
        await client.QueryAsync();

        Assert.Equal(3, network.Count);
        Assert.False(third.IsCompleted);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await third.WaitAsync(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task After_a_delay_requests_are_sent_one_at_a_time_until_one_is_answered()
    {
        int inFlight = 0;
        int most = 0;
        Answer counted = async (sent, cancellation) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inFlight));
            await Task.Delay(50, cancellation);
            Interlocked.Decrement(ref inFlight);
            return await Answers.Good(sent, cancellation);
        };
        using var network = new FakeNetwork(
            [.. s_throttledFourth, Answers.Throws(new HttpRequestException(HttpRequestError.ResponseEnded)), counted]);
        using VodClient client = TestClient.Create(network, _clock, retries: 0);
        await ThrottleFourthAsync(client);
        Task<VodClientException> unanswered = TestClient.FailureAsync(() => client.QueryAsync());
        Task[] waiting = [client.QueryAsync(), client.QueryAsync()];
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(FailureKind.ConnectionFailed, (await unanswered.WaitAsync(TimeSpan.FromSeconds(15))).Kind);
        await waiting[0].WaitAsync(TimeSpan.FromSeconds(15));
        await waiting[1].WaitAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task After_a_delay_an_error_is_an_answer_after_which_several_requests_are_sent()
    {
        int inFlight = 0;
        var both = new TaskCompletionSource();
        Answer whenBothAreSent = async (sent, cancellation) =>
        {
            if (Interlocked.Increment(ref inFlight) == 2)
            {
                both.SetResult();
            }

            await both.Task.WaitAsync(TimeSpan.FromSeconds(15), cancellation);
            return await Answers.Good(sent, cancellation);
        };
        using var network = new FakeNetwork([.. s_throttledFourth, Answers.Error(400, "VOD.10053", "m"), whenBothAreSent]);
        using VodClient client = TestClient.Create(network, _clock, retries: 0);
        await ThrottleFourthAsync(client);
        Task<VodClientException> refused = TestClient.FailureAsync(() => client.QueryAsync());
        var waiting = Task.WhenAll(client.QueryAsync(), client.QueryAsync());
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(FailureKind.InvalidArgument, (await refused.WaitAsync(TimeSpan.FromSeconds(15))).Kind);
        await waiting.WaitAsync(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_request_that_was_canceled_counts_for_a_minute_and_no_longer()
    {
        using var network = new FakeNetwork(Answers.Good, Answers.Never, Answers.Good);
        using VodClient client = TestClient.Create(network, _clock, perMinute: 2);
        await client.QueryAsync();
        using var stop = new CancellationTokenSource();
        Task canceled = client.QueryAsync(context: new InvocationContext(stop.Token));
        await TestClient.EventuallyAsync(() => network.Count == 2);
        await stop.CancelAsync();
        await TestClient.AssertCanceledAsync(canceled);

        var next = Task.WhenAll(client.QueryAsync(), client.QueryAsync());
        Assert.Equal((false, 2), (next.IsCompleted, network.Count));
        _clock.Advance(TimeSpan.FromMinutes(1));
        await next.WaitAsync(TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData("GET", "POST")]
    [InlineData("POST", "GET")]
    public async Task A_throttled_answer_delays_only_the_requests_of_its_kind(string kind, string other)
    {
        using var network = new FakeNetwork(Answers.Good, Answers.Throttled, Answers.Good);
        using VodClient client = TestClient.Create(network, _clock);
        await client.SendAsync(kind);

        Task[] waiting = [client.SendAsync(kind), client.SendAsync(kind), client.SendAsync(kind)];
        await client.SendAsync(other);
        await client.SendAsync(other);
        Assert.Equal(4, network.Count);
        _clock.Advance(TimeSpan.FromSeconds(59.9));
        Assert.Equal(4, network.Count);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await TestClient.EventuallyAsync(() => network.Count == 5);

        // One was accepted in the minute before, so more of them wait for a minute.
        await TestClient.EventuallyAsync(() => waiting[0].IsCompleted);
        Assert.Equal(TimeSpan.FromMinutes(1), (kind == "GET" ? client.QueryLimit : client.SubmissionLimit).HeldFor);
        Assert.Equal(TimeSpan.Zero, (kind == "GET" ? client.SubmissionLimit : client.QueryLimit).HeldFor);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_throttled_request_is_retried_for_five_minutes_with_any_maximum_of_retries(int retries)
    {
        var clock = new SkippingClock();
        using var network = new FakeNetwork(Answers.Throttled) { Clock = clock };
        using VodClient client = TestClient.Create(network, clock, retries);
        VodClientException failure = await TestClient.FailureAsync(() => client.SubmitAsync());

        Assert.Equal((FailureKind.Throttled, "APIGW.0308", 5), (failure.Kind, failure.ErrorCode, network.Count));
        Assert.Equal([60, 65, 70, 75], clock.Waits.Select(wait => Math.Round(wait.TotalSeconds)));
    }

    [Fact]
    public async Task A_Retry_After_of_five_minutes_is_waited_for_once()
    {
        var clock = new SkippingClock();
        using var network = new FakeNetwork(Answers.Error(429, "APIGW.0308", "m", ("Retry-After", "300")));
        using VodClient client = TestClient.Create(network, clock);
        await TestClient.FailureAsync(() => client.QueryAsync());

        Assert.Equal(2, network.Count);
        Assert.Equal([TimeSpan.FromMinutes(5)], clock.Waits);
    }

    [Theory]
    [InlineData("301")]
    [InlineData("2147483647")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT")]
    public async Task A_Retry_After_over_five_minutes_is_reported_immediately_and_delays_nothing(string value)
    {
        using var network = new FakeNetwork(Answers.Error(429, "APIGW.0308", "m", ("Retry-After", value)), Answers.Good);
        using VodClient client = TestClient.Create(network, _clock, perMinute: 1);
        VodClientException failure = await TestClient.FailureAsync(() => client.QueryAsync());

        Assert.Equal(FailureKind.Throttled, failure.Kind);
        Assert.True(failure.IsWaitTooLong);
        Assert.Equal(default, client.QueryLimit with { PerMinute = 0 });
        await client.QueryAsync();
        Assert.Equal(2, network.Count);
    }

    [Fact]
    public async Task Without_retries_a_throttled_request_is_sent_once_and_the_next_one_is_delayed()
    {
        using var network = new FakeNetwork(Answers.Throttled, Answers.Good);
        using VodClient client = TestClient.Create(network, _clock, retries: 0);
        await TestClient.FailureAsync(() => client.QueryAsync());
        Task next = client.QueryAsync();

        Assert.Equal(1, network.Count);
        Assert.Equal(TimeSpan.FromMinutes(1), client.QueryLimit.HeldFor);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await next.WaitAsync(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Each_attempt_of_a_query_counts_against_the_limit()
    {
        using var network = new FakeNetwork(Answers.Body(503, "{}", ("Retry-After", "1")));
        using VodClient client = TestClient.Create(network, _clock, perMinute: 2);
        Task query = client.QueryAsync();
        foreach (int sent in new[] { 1, 2, 2 })
        {
            await TestClient.EventuallyAsync(() => network.Count == sent && _clock.RunningTimers == 1);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(TimeSpan.FromSeconds(57), client.QueryLimit.HeldFor);
        _clock.Advance(TimeSpan.FromSeconds(57));
        await TestClient.EventuallyAsync(() => network.Count == 3);
        Assert.False(query.IsCompleted);
    }

    [Fact]
    public async Task A_request_that_did_not_reach_the_service_does_not_count()
    {
        using var network = new FakeNetwork(Answers.Throws(new HttpRequestException(HttpRequestError.ConnectionError)), Answers.Good);
        using VodClient client = TestClient.Create(network, _clock, retries: 0, perMinute: 1);
        await TestClient.FailureAsync(() => client.QueryAsync());
        await client.QueryAsync().WaitAsync(TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData(429, "IAM.0012", FailureKind.Throttled)]
    [InlineData(403, "IAM.0002", FailureKind.PermissionDenied)]
    public async Task Throttling_by_IAM_does_not_delay_queries(int status, string code, FailureKind kind)
    {
        using var network = new FakeNetwork(Answers.Good);
        using var iam = new FakeNetwork(Answers.Error(status, code, "m"));
        var source = new SignIn(new IamClient(TestClient.Endpoint, TestClient.Settings(iam, _clock, retries: 0), () => []));
        using var client = TestClient.Create(source, TestClient.Settings(network, _clock, retries: 0, perMinute: 1));
        VodClientException failure = await TestClient.FailureAsync(() => client.QueryAsync());

        Assert.Equal((kind, CloudService.Iam), (failure.Kind, failure.Service));
        Assert.Equal(default, client.QueryLimit with { PerMinute = 0 });
        source.IsSignedIn = true;
        await client.QueryAsync().WaitAsync(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Eight_throttled_requests_continue_with_one_and_then_at_the_learned_limit()
    {
        int go = 0;
        int throttled = 0;
        var release = new SemaphoreSlim(0);
        using var network = new FakeNetwork(async (sent, cancellation) =>
        {
            await release.WaitAsync(cancellation);
            if (Volatile.Read(ref go) == 1)
            {
                return await Answers.Good(sent, cancellation);
            }

            Interlocked.Increment(ref throttled);
            return await Answers.Throttled(sent, cancellation);
        });
        using VodClient client = TestClient.Create(network, _clock);
        InvocationContext context = TestClient.Context();
        Volatile.Write(ref go, 1);
        release.Release(4);
        for (int i = 0; i < 4; i++)
        {
            await client.QueryAsync(context: context);
        }

        Volatile.Write(ref go, 0);
        Task[] herd = [.. Enumerable.Range(0, 8).Select(_ => client.QueryAsync(context: context))];
        Assert.Equal(12, network.Count);
        release.Release(8);
        await TestClient.EventuallyAsync(() => client.QueryLimit.LearnedPerMinute == 4 && Volatile.Read(ref throttled) == 8);
        Assert.Single(TestClient.TraceOf(context), line => line.StartsWith("Throttled", StringComparison.Ordinal));

        Volatile.Write(ref go, 1);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await TestClient.EventuallyAsync(() => network.Count == 13);
        release.Release(8);
        await TestClient.EventuallyAsync(() => herd.Count(query => query.IsCompleted) == 4);
        Assert.Equal(16, network.Count);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await Task.WhenAll(herd).WaitAsync(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_disposed_connection_leaves_no_timer()
    {
        using var network = new FakeNetwork(Answers.Throttled);
        VodClient client = TestClient.Create(network, _clock);
        Task[] waiting = [client.SubmitAsync(), client.SubmitAsync()];
        await TestClient.EventuallyAsync(() => _clock.RunningTimers == 1);
        client.Dispose();
        foreach (Task request in waiting)
        {
            Assert.Equal(ErrorIds.NotConnected, (await TestClient.FailureAsync(() => request)).ErrorCode);
        }

        Assert.Equal(0, _clock.RunningTimers);
    }

    /// <summary>Has no credential before its first request to IAM.</summary>
    private sealed class SignIn(IamClient iam) : CredentialSource
    {
        private readonly AccessKeyCredential _key = TestClient.Key();

        public bool IsSignedIn { get; set; }

        public override AuthenticationType AuthenticationType => AuthenticationType.AccessKey;

        public override string? AccountName => null;

        public override DateTimeOffset? ExpiresAt => null;

        internal override IEnumerable<Secret> Secrets => _key.Secrets;

        internal override async ValueTask<Credential> GetAsync(InvocationContext context)
        {
            if (!IsSignedIn)
            {
                await iam.GetProjectsAsync("r", _key, context);
            }

            return _key;
        }

        protected override void Dispose(bool disposing)
        {
            iam.Dispose();
            _key.Dispose();
        }
    }

    /// <summary>Makes three queries that are accepted, and one that is throttled.</summary>
    private static async Task ThrottleFourthAsync(VodClient client)
    {
        for (int i = 0; i < 3; i++)
        {
            await client.QueryAsync();
        }

        await TestClient.FailureAsync(() => client.QueryAsync());
    }
}
