using System.Net;
using Microsoft.Extensions.Time.Testing;
using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Secrets;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Credentials;

public sealed partial class RenewingCredentialSourceTests : IDisposable
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
        _source = new(AuthenticationType.Password, "user", context => _fetcher.FetchAsync(context.Cancellation), _fetcher, _password, _clock);
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

        // The request that starts the renewal does not wait for it.
        _clock.Advance(s_tick);
        Assert.Same(first, await GetAsync());
        Assert.NotSame(first, await GetAsync());
        Assert.Equal(2, _fetcher.Count);
    }

    [Fact]
    public async Task The_account_name_that_was_specified_is_before_the_access_key()
    {
        Task<FetchedCredential> Fetch(InvocationContext context) =>
            Task.FromResult(new FetchedCredential(TestClient.Key(), s_day));
        using var named = new RenewingCredentialSource(AuthenticationType.Identity, "ops", Fetch, _fetcher, fetchSecret: null, _clock);
        using var unnamed = new RenewingCredentialSource(AuthenticationType.Identity, accountName: null, Fetch, _fetcher, fetchSecret: null, _clock);
        await named.GetAsync(TestClient.Context());
        Assert.Null(unnamed.AccountName);
        await unnamed.GetAsync(TestClient.Context());
        Assert.Equal(("ops", TestClient.AccessKey), (named.AccountName, unnamed.AccountName));
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
            ValueTask<Credential> immediate = _source.GetAsync(TestClient.Context());
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

        // Without a current credential, every request tries; a transient failure is not remembered.
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

        // The system clock is set forward by a few minutes: no monotonic time has passed.
        _clock.SetForward = TimeSpan.FromMinutes(4);
        Assert.Same(first, await GetAsync());
        Assert.Equal(2, _fetcher.Count);

        // Also after the last one.
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
        _fetcher.Failure = new VodClientException(FailureKind.Authentication, ErrorIds.NoCredential, "what", $"hint") { Service = CloudService.Metadata };
        Assert.Same(_fetcher.Failure, await TestClient.FailureAsync(GetAsync));
        _fetcher.Failure = null;
        await GetAsync();
        Assert.Equal(2, _fetcher.Count);
    }

    /// <summary>
    /// A day of keys with a lifetime of an hour, requested every few seconds from a service that fails or hangs most of the time, by a
    /// seed. If it works once in the five minutes before the expiry, no request fails.
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

            ValueTask<Credential> immediate = _source.GetAsync(TestClient.Context());
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

    /// <summary>A day in which the service is unavailable for half an hour at a time: requests fail only without a valid credential, and no longer than that.</summary>
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

    // What IAM would have answered, or no answer.
    private static VodClientException Failure(FailureKind kind) =>
        new(kind, kind == FailureKind.Authentication ? ErrorIds.HttpError : $"{kind}", $"It failed: {kind}.", $"Hint.")
        {
            Service = CloudService.Iam,
            Delivery = kind is FailureKind.Authentication or FailureKind.Throttled or FailureKind.PermissionDenied ? Delivery.Refused : Delivery.Unknown,
            StatusCode = kind == FailureKind.Authentication ? HttpStatusCode.Unauthorized : null,
        };

    private VodClient Client(FakeNetwork network) =>
        TestClient.Create(_source, TestClient.Settings(network, new SkippingClock()));

    private Task<Credential> GetAsync() => _source.GetAsync(TestClient.Context()).AsTask();

    /// <summary>A clock whose system time can be set.</summary>
    private sealed class Clock : FakeTimeProvider
    {
        public TimeSpan SetForward { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + SetForward;

        public override long GetTimestamp() => base.GetUtcNow().Ticks;
    }

    /// <summary>Returns the tokens token1, token2, ...</summary>
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

        public async Task<FetchedCredential> FetchAsync(CancellationToken cancellation)
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
                return new FetchedCredential(Last, Life);
            }
            finally
            {
                Interlocked.Decrement(ref _underWay);
            }
        }

        public void Dispose() => Disposed = true;
    }
}
