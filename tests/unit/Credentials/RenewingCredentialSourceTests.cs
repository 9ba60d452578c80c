using System.Net;
using Microsoft.Extensions.Time.Testing;
using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Credentials;

public sealed class RenewingCredentialSourceTests : IDisposable
{
    private static readonly TimeSpan s_day = TimeSpan.FromHours(24);
    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);

    private readonly Clock _clock = new();
    private readonly Fetcher _fetcher;
    private readonly Secret _password = new("password");
    private readonly RenewingCredentialSource _source;

    public RenewingCredentialSourceTests()
    {
        _fetcher = new(_clock);
        _source = new("Password", "user", (_, cancellation) => _fetcher.FetchAsync(cancellation), _fetcher, _password, _clock);
    }

    public static TheoryData<FailureKind> PassingFailures =>
    [
        FailureKind.ConnectionFailed, FailureKind.Timeout, FailureKind.Throttled, FailureKind.Unavailable, FailureKind.UnexpectedResponse,
        FailureKind.PermissionDenied,
    ];

    public void Dispose()
    {
        _source.Dispose();
        _password.Dispose();
        _fetcher.Dispose();
    }

    [Theory]
    [InlineData(24 * 60 * 60, 24 * 60 * 60 - 300)]
    [InlineData(25 * 60, 20 * 60)]
    [InlineData(1000, 800)]
    [InlineData(10, 8)]
    public async Task A_credential_is_renewed_five_minutes_or_a_fifth_of_its_lifetime_before_it_expires(int life, int renewAfter)
    {
        _fetcher.Life = TimeSpan.FromSeconds(life);
        Credential first = await GetAsync();
        _clock.Advance(TimeSpan.FromSeconds(renewAfter) - s_tick);
        Assert.Same(first, await GetAsync());
        Assert.Equal(1, _fetcher.Count);

        // The request that finds the renewal due does not wait for it.
        _clock.Advance(s_tick);
        Assert.Same(first, await GetAsync());
        Assert.NotSame(first, await GetAsync());
        Assert.Equal(2, _fetcher.Count);
    }

    [Fact]
    public async Task The_lifetime_of_a_credential_counts_from_before_its_request()
    {
        TaskCompletionSource go = _fetcher.Block();
        Task<Credential> first = GetAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        go.SetResult();
        await first;
        _clock.Advance(s_day - TimeSpan.FromMinutes(6) - s_tick);
        await GetAsync();
        Assert.Equal(1, _fetcher.Count);
        _clock.Advance(s_tick);
        await GetAsync();
        Assert.Equal(2, _fetcher.Count);
    }

    [Fact]
    public async Task Requests_use_the_current_credential_during_a_renewal_and_wait_when_it_has_expired()
    {
        Credential first = await GetAsync();
        TaskCompletionSource go = _fetcher.Block();
        _clock.Advance(s_day - TimeSpan.FromMinutes(5));
        for (int i = 0; i < 100; i++)
        {
            ValueTask<Credential> immediate = _source.GetAsync(TestClient.Scope(), CancellationToken.None);
            Assert.True(immediate.IsCompletedSuccessfully);
            Assert.Same(first, await immediate);
        }

        _clock.Advance(TimeSpan.FromMinutes(5) - s_tick);
        Assert.Same(first, await GetAsync());
        _clock.Advance(s_tick);
        Task<Credential> waiting = GetAsync();
        Assert.False(waiting.IsCompleted);
        go.SetResult();
        Assert.NotSame(first, await waiting);
        Assert.Equal(2, _fetcher.Count);
    }

    [Theory]
    [MemberData(nameof(PassingFailures))]
    public async Task A_failed_renewal_keeps_the_current_credential_and_is_retried_after_increasing_delays(FailureKind kind)
    {
        Credential first = await GetAsync();
        _clock.Advance(s_day - TimeSpan.FromMinutes(5));
        _fetcher.Failure = Failure(kind);
        var attempts = new List<double>();
        for (int second = 0; second < 300; second++)
        {
            int before = _fetcher.Count;
            Assert.Same(first, await GetAsync());
            Assert.Same(first, await GetAsync());
            if (_fetcher.Count != before)
            {
                attempts.Add(second);
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([0, 5, 15, 35, 75, 135, 195, 255], attempts);

        // Without one in hand every request tries; what passes is not remembered.
        Assert.Same(_fetcher.Failure, await TestClient.FailureAsync(GetAsync));
        Assert.Same(_fetcher.Failure, await TestClient.FailureAsync(GetAsync));
        Assert.Equal(1 + attempts.Count + 2, _fetcher.Count);
        _fetcher.Failure = null;
        await GetAsync();
        Assert.Equal(1 + attempts.Count + 3, _fetcher.Count);
    }

    [Fact]
    public async Task A_successful_renewal_resets_the_delay()
    {
        await GetAsync();
        for (int day = 0; day < 3; day++)
        {
            _clock.Advance(s_day - TimeSpan.FromMinutes(5));
            int before = _fetcher.Count;
            _fetcher.Failure = Failure(FailureKind.ConnectionFailed);
            await GetAsync();
            _fetcher.Failure = null;
            _clock.Advance(TimeSpan.FromSeconds(5) - s_tick);
            await GetAsync();
            Assert.Equal(before + 1, _fetcher.Count);
            _clock.Advance(s_tick);
            await GetAsync();
            Assert.Equal(before + 2, _fetcher.Count);
        }
    }

    [Fact]
    public async Task The_delay_uses_monotonic_time_and_the_expiry_uses_the_system_clock()
    {
        Credential first = await GetAsync();
        _clock.Advance(s_day - TimeSpan.FromMinutes(5));
        _fetcher.Failure = Failure(FailureKind.ConnectionFailed);
        await GetAsync();
        Assert.Equal(2, _fetcher.Count);

        // Somebody sets the clock a few minutes forward: no time has passed.
        _clock.SetForward = TimeSpan.FromMinutes(4);
        Assert.Same(first, await GetAsync());
        Assert.Equal(2, _fetcher.Count);

        // And beyond the end.
        _fetcher.Failure = null;
        _clock.SetForward = TimeSpan.FromMinutes(5);
        Assert.NotSame(first, await GetAsync());
        Assert.Equal(3, _fetcher.Count);
    }

    [Fact]
    public async Task A_renewal_that_IAM_refused_is_not_retried_and_the_current_credential_is_used_until_it_expires()
    {
        Credential first = await GetAsync();
        _clock.Advance(s_day - TimeSpan.FromMinutes(5));
        _fetcher.Failure = Failure(FailureKind.Authentication);
        for (int second = 0; second < 300; second++)
        {
            Assert.Same(first, await GetAsync());
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        for (int i = 0; i < 1000; i++)
        {
            VodClientException failure = await TestClient.FailureAsync(GetAsync);
            Assert.Equal((_fetcher.Failure.ErrorCode, FailureKind.Authentication, false), (failure.ErrorCode, failure.Kind, failure.IsRefusal));
        }

        Assert.Equal(2, _fetcher.Count);
    }

    [Fact]
    public async Task A_refusal_of_IAM_without_a_current_credential_is_not_retried()
    {
        _fetcher.Failure = Failure(FailureKind.Authentication);
        TaskCompletionSource go = _fetcher.Block();
        Task<VodClientException>[] waiting = [.. Enumerable.Range(0, 16).Select(_ => TestClient.FailureAsync(GetAsync))];
        go.SetResult();
        Assert.All(await Task.WhenAll(waiting), failure => Assert.Same(_fetcher.Failure, failure));
        await Parallel.ForAsync(0, 1000, async (_, _) => await TestClient.FailureAsync(GetAsync));
        Assert.Equal(1, _fetcher.Count);
    }

    [Fact]
    public async Task Missing_credentials_are_requested_again()
    {
        _fetcher.Failure = new VodClientException(FailureKind.Authentication, ErrorIds.NoCredential, "what", "hint") { Service = CloudService.Metadata };
        Assert.Same(_fetcher.Failure, await TestClient.FailureAsync(GetAsync));
        _fetcher.Failure = null;
        await GetAsync();
        Assert.Equal(2, _fetcher.Count);
    }

    /// <summary>
    /// A day of keys that live an hour, asked for every few seconds, from a service that fails or hangs most of the time, by a
    /// seed. As long as it works once in the five minutes before the end, nobody notices.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task In_a_day_in_which_most_renewals_fail_no_request_fails_or_waits(int seed)
    {
        var random = new Random(seed);
        _fetcher.Life = TimeSpan.FromHours(1);
        await GetAsync();
        DateTimeOffset start = _clock.GetUtcNow();
        DateTimeOffset renewedAt = start;
        TaskCompletionSource? hang = null;
        DateTimeOffset hangEnds = default;
        int renewals = 0;
        while (_clock.GetUtcNow() - start < s_day)
        {
            TimeSpan age = _clock.GetUtcNow() - _fetcher.LastAt;
            bool works = age > TimeSpan.FromMinutes(57) || random.Next(5) == 0;
            _fetcher.Failure = works ? null : Failure(PassingFailures.ElementAt(random.Next(PassingFailures.Count)).Data);
            if (hang is not null && (works || _clock.GetUtcNow() >= hangEnds))
            {
                hang.SetResult();
                hang = null;
                await TestClient.EventuallyAsync(() => !_fetcher.IsUnderWay);
            }
            else if (hang is null && !works && random.Next(3) == 0)
            {
                hang = _fetcher.Block();
                hangEnds = _clock.GetUtcNow() + TimeSpan.FromSeconds(30);
            }

            ValueTask<Credential> immediate = _source.GetAsync(TestClient.Scope(), CancellationToken.None);
            Assert.True(immediate.IsCompletedSuccessfully, $"At {_clock.GetUtcNow() - start}, {age} after the last renewal.");
            AssertUsable(await immediate);
            if (_fetcher.LastAt != renewedAt)
            {
                Assert.InRange(_fetcher.LastAt - renewedAt, TimeSpan.FromMinutes(54), TimeSpan.FromMinutes(60));
                renewedAt = _fetcher.LastAt;
                renewals++;
            }

            _clock.Advance(TimeSpan.FromSeconds(random.Next(1, 20)));
        }

        Assert.InRange(renewals, 24, 26);
        Assert.True(_fetcher.Count < renewals * 9, $"{_fetcher.Count} attempts for {renewals} renewals.");
    }

    /// <summary>A day in which the service is down for half an hour at a time: requests fail only without a living credential, and at once not any more.</summary>
    [Fact]
    public async Task In_a_day_of_long_outages_requests_fail_only_after_the_current_credential_has_expired()
    {
        _fetcher.Life = TimeSpan.FromHours(1);
        await GetAsync();
        DateTimeOffset start = _clock.GetUtcNow();
        int failed = 0;
        while (_clock.GetUtcNow() - start < s_day)
        {
            bool isDown = (_clock.GetUtcNow() - start).TotalMinutes % 45 > 15;
            _fetcher.Failure = isDown ? Failure(FailureKind.Timeout) : null;
            try
            {
                AssertUsable(await GetAsync());
            }
            catch (VodClientException failure)
            {
                Assert.Equal((true, FailureKind.Timeout), (isDown, failure.Kind));
                Assert.True(_clock.GetUtcNow() >= _fetcher.LastAt + _fetcher.Life);
                failed++;
            }

            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.InRange(failed, 1, 24 * 60 * 6 / 2);
    }

    [Fact]
    public async Task Waiting_requests_share_one_fetch()
    {
        TaskCompletionSource go = _fetcher.Block();
        Task<Credential>[] waiting = [.. Enumerable.Range(0, 50).Select(_ => GetAsync())];
        go.SetResult();
        Assert.Single((await Task.WhenAll(waiting)).Distinct());
        Assert.Equal(1, _fetcher.Count);
    }

    [Fact]
    public async Task Requests_with_a_rejected_credential_share_one_renewal()
    {
        Credential rejected = await GetAsync();
        TaskCompletionSource go = _fetcher.Block();
        Task<Credential>[] waiting = [.. Enumerable.Range(0, 50).Select(_ => { _source.Reject(rejected); return GetAsync(); })];
        go.SetResult();
        Credential renewed = Assert.Single((await Task.WhenAll(waiting)).Distinct());
        Assert.NotSame(rejected, renewed);

        // One that was under way comes back late.
        _source.Reject(rejected);
        Assert.Same(renewed, await GetAsync());
        Assert.Equal(2, _fetcher.Count);
    }

    [Fact]
    public async Task A_rejected_credential_is_not_used_again_if_its_renewal_fails()
    {
        _source.Reject(await GetAsync());
        _fetcher.Failure = Failure(FailureKind.ConnectionFailed);
        for (int i = 0; i < 3; i++)
        {
            Assert.Same(_fetcher.Failure, await TestClient.FailureAsync(GetAsync));
        }

        Assert.Equal(4, _fetcher.Count);
    }

    [Fact]
    public async Task Waiting_requests_share_a_failed_fetch_and_later_ones_retry_it()
    {
        TaskCompletionSource go = _fetcher.Block();
        _fetcher.Failure = Failure(FailureKind.ConnectionFailed);
        Task<VodClientException>[] waiting = [.. Enumerable.Range(0, 20).Select(_ => TestClient.FailureAsync(GetAsync))];
        go.SetResult();
        Assert.All(await Task.WhenAll(waiting), failure => Assert.Same(_fetcher.Failure, failure));
        Assert.Equal(1, _fetcher.Count);

        await TestClient.FailureAsync(GetAsync);
        Assert.Equal(2, _fetcher.Count);
        _fetcher.Failure = null;
        await GetAsync();
        Assert.Equal(3, _fetcher.Count);
    }

    [Fact]
    public async Task A_fetch_continues_when_one_waiting_request_is_canceled()
    {
        using var stop = new CancellationTokenSource();
        TaskCompletionSource go = _fetcher.Block();
        Task<Credential> first = _source.GetAsync(TestClient.Scope(), stop.Token).AsTask();
        Task<Credential> second = GetAsync();
        await stop.CancelAsync();
        await TestClient.AssertCancelledAsync(first);
        go.SetResult();
        await second;
        Assert.Equal(1, _fetcher.Count);
    }

    [Fact]
    public async Task A_fetch_is_canceled_with_the_last_waiting_request()
    {
        using var stop = new CancellationTokenSource();
        _fetcher.Block();
        Task<Credential>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => _source.GetAsync(TestClient.Scope(), stop.Token).AsTask())];
        Assert.True(_fetcher.IsUnderWay);
        await stop.CancelAsync();
        foreach (Task<Credential> cancelled in waiting)
        {
            await TestClient.AssertCancelledAsync(cancelled);
        }

        await TestClient.EventuallyAsync(() => !_fetcher.IsUnderWay);
        _fetcher.Unblock();
        await GetAsync();
        Assert.Equal(2, _fetcher.Count);
    }

    [Fact]
    public async Task The_previous_secrets_are_kept_and_older_ones_are_overwritten()
    {
        Credential first = await GetAsync();
        _source.Reject(first);
        Credential second = await GetAsync();
        Assert.Equal(["password", "token1", "token2"], _source.Secrets.Select(secret => secret.Reveal()).Order(StringComparer.Ordinal));

        _source.Reject(second);
        await GetAsync();
        Assert.Equal(["password", "token2", "token3"], _source.Secrets.Select(secret => secret.Reveal()).Order(StringComparer.Ordinal));
        AssertWiped(first);
    }

    [Fact]
    public async Task Disposing_overwrites_every_secret()
    {
        Credential first = await GetAsync();
        _source.Reject(first);
        Credential second = await GetAsync();
        _source.Dispose();
        AssertWiped(first);
        AssertWiped(second);
        Assert.Throws<ObjectDisposedException>(_password.Reveal);
        Assert.True(_fetcher.Disposed);
        await Assert.ThrowsAsync<ObjectDisposedException>(GetAsync);
    }

    [Fact]
    public async Task Disposing_cancels_a_background_renewal()
    {
        await GetAsync();
        _fetcher.Block();
        _clock.Advance(s_day - TimeSpan.FromMinutes(5));
        await GetAsync();
        Assert.True(_fetcher.IsUnderWay);
        _source.Dispose();
        await TestClient.EventuallyAsync(() => !_fetcher.IsUnderWay);
    }

    [Fact]
    public async Task A_credential_that_is_received_after_disposing_is_overwritten()
    {
        TaskCompletionSource go = _fetcher.Block(heedsCancellation: false);
        Task<Credential> late = GetAsync();
        _source.Dispose();
        go.SetResult();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);
        AssertWiped(_fetcher.Last!);
    }

    [Fact]
    public async Task The_account_and_the_expiry_of_the_current_credential_are_available()
    {
        Assert.Equal(("Password", "user", null), (_source.AuthenticationType, _source.AccountName, _source.ExpiresAt));
        Credential credential = await GetAsync();
        Assert.NotNull(credential.ExpiresAt);
        Assert.Equal(credential.ExpiresAt, _source.ExpiresAt);
    }

    [Fact]
    public async Task A_failed_renewal_is_traced_with_the_expiry_of_the_current_credential()
    {
        await GetAsync();
        _clock.Advance(s_day - TimeSpan.FromMinutes(5));
        _fetcher.Failure = Failure(FailureKind.Unavailable);
        InvocationContext scope = TestClient.Scope();
        await _source.GetAsync(scope, CancellationToken.None);
        Assert.Equal(
            $"The credentials could not be renewed and are used until 2000-01-02 00:00:00Z: {_fetcher.Failure.What}", Assert.Single(TestClient.TraceOf(scope)));
    }

    [Theory]
    [InlineData("GET", 401, "APIGW.0307")]
    [InlineData("POST", 401, "APIGW.0307")]
    [InlineData("GET", 403, "VOD.10054")]
    [InlineData("POST", 403, "VOD.10054")]
    [InlineData("GET", 400, "IAM.1108")]
    [InlineData("POST", 400, "IAM.1108")]
    public async Task A_refused_request_is_sent_once_more_with_a_renewed_credential(string method, int status, string code)
    {
        using var network = new FakeNetwork(Answers.Error(status, code, "m"), Answers.Good);
        using VodClient client = Client(network);
        await client.SendAsync(method);
        Assert.Equal(["token1", "token2"], network.Sent.Select(sent => sent.Header("X-Auth-Token")));
    }

    [Fact]
    public async Task A_request_that_is_refused_again_ends_the_connection()
    {
        using var network = new FakeNetwork(Answers.Unauthorized);
        using VodClient client = Client(network);
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal("APIGW.0301", (await TestClient.FailureAsync(() => client.SendAsync(i % 2 == 0 ? "GET" : "POST"))).ErrorCode);
        }

        Assert.Equal((2, 2), (network.Count, _fetcher.Count));
    }

    [Fact]
    public async Task Every_credential_that_expires_is_renewed()
    {
        var refused = new HashSet<string>();
        using var network = new FakeNetwork((sent, cancellation) =>
            (refused.Add(sent.Header("X-Auth-Token")!) ? Answers.Good : Answers.Unauthorized)(sent, cancellation));
        using VodClient client = Client(network);
        for (int i = 0; i < 100; i++)
        {
            await client.QueryAsync();
        }

        Assert.Equal((199, 100), (network.Count, _fetcher.Count));
    }

    [Fact]
    public async Task Of_many_refused_requests_one_tries_the_renewed_credential()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var network = new FakeNetwork(Answers.Good, Answers.After(go.Task, Answers.Unauthorized));
        using VodClient client = Client(network);
        await client.QueryAsync();
        Task<VodClientException>[] failing = [.. Enumerable.Range(0, 8).Select(_ => TestClient.FailureAsync(() => client.QueryAsync()))];
        Assert.Equal(9, network.Count);
        go.SetResult();
        Assert.All(await Task.WhenAll(failing), failure => Assert.Equal("APIGW.0301", failure.ErrorCode));
        Assert.Equal(8, network.Sent.Skip(1).Count(sent => sent.Header("X-Auth-Token") == "token1"));
        Assert.Equal(1, network.Sent.Count(sent => sent.Header("X-Auth-Token") == "token2"));
        Assert.Equal((10, 2), (network.Count, _fetcher.Count));
    }

    [Fact]
    public async Task A_late_refusal_causes_no_other_renewal_and_no_delay()
    {
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var network = new FakeNetwork(
            Answers.Good, Answers.After(late.Task, Answers.Unauthorized), Answers.Unauthorized, Answers.Good, Answers.After(last.Task, Answers.Good));
        using VodClient client = Client(network);
        await client.QueryAsync();
        Task slow = client.QueryAsync();
        await client.QueryAsync();
        late.SetResult();
        await TestClient.EventuallyAsync(() => network.Count == 5);
        Task[] more = [.. Enumerable.Range(0, 5).Select(_ => client.QueryAsync())];
        Assert.Equal(10, network.Count);
        last.SetResult();
        await Task.WhenAll([slow, .. more]);
        Assert.Equal(2, _fetcher.Count);
    }

    [Fact]
    public async Task A_password_that_was_changed_causes_one_refused_request()
    {
        using var network = new FakeNetwork(Answers.Good, Answers.Unauthorized);
        using VodClient client = Client(network);
        await client.QueryAsync();
        _fetcher.Failure = Failure(FailureKind.Authentication);
        Task<VodClientException>[] failing = [.. Enumerable.Range(0, 1000).Select(_ => TestClient.FailureAsync(() => client.QueryAsync()))];
        Assert.All(await Task.WhenAll(failing), failure => Assert.Equal("VodHttpError", failure.ErrorCode));
        Assert.Equal(2, _fetcher.Count);
        int sent = network.Count;
        await TestClient.FailureAsync(() => client.SubmitAsync());
        Assert.Equal((sent, 2), (network.Count, _fetcher.Count));
    }

    [Fact]
    public async Task If_IAM_is_unavailable_after_a_refusal_each_request_asks_IAM_and_none_asks_VOD()
    {
        using var network = new FakeNetwork(Answers.Good, Answers.Unauthorized, Answers.Good);
        using VodClient client = Client(network);
        await client.QueryAsync();
        _fetcher.Failure = Failure(FailureKind.ConnectionFailed);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(FailureKind.ConnectionFailed, (await TestClient.FailureAsync(() => client.QueryAsync())).Kind);
        }

        Assert.Equal((2, 4), (network.Count, _fetcher.Count));
        _fetcher.Failure = null;
        await client.QueryAsync();
        Assert.Equal((3, 5), (network.Count, _fetcher.Count));
    }

    [Fact]
    public async Task A_submission_without_a_credential_is_not_sent()
    {
        _fetcher.Failure = new FailureFactory(CloudService.Iam, new Redactor(() => []), new TransportSettings())
            .FromTransport(TestClient.Endpoint, new HttpRequestException(HttpRequestError.ResponseEnded));
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = Client(network);
        VodClientException failure = await TestClient.FailureAsync(() => client.SubmitAsync());
        Assert.Equal(0, network.Count);
        Assert.False(failure.OutcomeUnknown);
    }

    private static void AssertWiped(Credential credential) =>
        Assert.All(credential.Secrets, secret => Assert.Throws<ObjectDisposedException>(secret.Reveal));

    private static void AssertUsable(Credential credential) => Assert.All(credential.Secrets, secret => secret.Reveal());

    // What IAM would have said, or not.
    private static VodClientException Failure(FailureKind kind) =>
        new(kind, kind == FailureKind.Authentication ? ErrorIds.HttpError : $"{kind}", $"It failed: {kind}.", "Hint.")
        {
            Service = CloudService.Iam,
            Delivery = kind is FailureKind.Authentication or FailureKind.Throttled or FailureKind.PermissionDenied ? Delivery.Refused : Delivery.Unknown,
            StatusCode = kind == FailureKind.Authentication ? HttpStatusCode.Unauthorized : null,
        };

    private VodClient Client(FakeNetwork network) =>
        TestClient.Create(_source, TestClient.Settings(network, new SkippingClock()));

    private Task<Credential> GetAsync() => _source.GetAsync(TestClient.Scope(), CancellationToken.None).AsTask();

    /// <summary>A clock whose time of day may be set.</summary>
    private sealed class Clock : FakeTimeProvider
    {
        public TimeSpan SetForward { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + SetForward;

        public override long GetTimestamp() => base.GetUtcNow().Ticks;
    }

    /// <summary>Gives tokens token1, token2, ...</summary>
    private sealed class Fetcher(TimeProvider clock) : IDisposable
    {
        private Task _go = Task.CompletedTask;
        private bool _heedsCancellation;
        private int _count;
        private int _underWay;

        public TimeSpan Life { get; set; } = s_day;

        public VodClientException? Failure { get; set; }

        public Credential? Last { get; private set; }

        public DateTimeOffset LastAt { get; private set; }

        public int Count => _count;

        public bool IsUnderWay => Volatile.Read(ref _underWay) != 0;

        public bool Disposed { get; private set; }

        public TaskCompletionSource Block(bool heedsCancellation = true)
        {
            // Continuations run in SetResult, so that the fetch has ended when it returns.
            var go = new TaskCompletionSource();
            _go = go.Task;
            _heedsCancellation = heedsCancellation;
            return go;
        }

        public void Unblock() => _go = Task.CompletedTask;

        public async Task<Fetched> FetchAsync(CancellationToken cancellation)
        {
            int number = Interlocked.Increment(ref _count);
            Interlocked.Increment(ref _underWay);
            try
            {
                await _go.WaitAsync(_heedsCancellation ? cancellation : CancellationToken.None);
                if (Failure is { } failure)
                {
                    throw failure;
                }

                Last = new TokenCredential(new Secret($"token{number}")) { ExpiresAt = DateTimeOffset.UnixEpoch };
                LastAt = clock.GetUtcNow();
                return new Fetched(Last, Life);
            }
            finally
            {
                Interlocked.Decrement(ref _underWay);
            }
        }

        public void Dispose() => Disposed = true;
    }
}
