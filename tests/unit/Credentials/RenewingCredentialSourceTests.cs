using Microsoft.Extensions.Time.Testing;
using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Credentials;

public sealed class RenewingCredentialSourceTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Fetcher _fetcher = new();
    private readonly Secret _password = new("password");
    private readonly RenewingCredentialSource _source;

    public RenewingCredentialSourceTests() =>
        _source = new("Password", "user", (_, cancellation) => _fetcher.FetchAsync(cancellation), _fetcher, _password, _clock);

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
    public async Task A_credential_is_renewed_the_smaller_of_five_minutes_and_a_fifth_of_its_life_before_it_ends(int life, int renewAfter)
    {
        _fetcher.Life = TimeSpan.FromSeconds(life);
        Credential first = await GetAsync();
        _clock.Advance(TimeSpan.FromSeconds(renewAfter) - TimeSpan.FromTicks(1));
        Assert.Same(first, await GetAsync());
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.NotSame(first, await GetAsync());
        Assert.Equal(2, _fetcher.Count);
    }

    [Fact]
    public async Task Many_that_wait_share_one_fetch()
    {
        TaskCompletionSource go = _fetcher.Block();
        Task<Credential>[] waiting = [.. Enumerable.Range(0, 50).Select(_ => GetAsync())];
        go.SetResult();
        Assert.Single((await Task.WhenAll(waiting)).Distinct());
        Assert.Equal(1, _fetcher.Count);
    }

    [Fact]
    public async Task Many_that_were_refused_with_the_same_credential_share_one_renewal()
    {
        Credential refused = await GetAsync();
        TaskCompletionSource go = _fetcher.Block();
        Task<Credential?>[] waiting = [.. Enumerable.Range(0, 50).Select(_ => RenewAsync(refused))];
        go.SetResult();
        Credential? renewed = Assert.Single((await Task.WhenAll(waiting)).Distinct());
        Assert.NotSame(refused, renewed);
        Assert.Same(renewed, await RenewAsync(refused));
        Assert.Equal(2, _fetcher.Count);
    }

    [Fact]
    public async Task A_failed_fetch_is_shared_by_those_who_waited_and_tried_again_by_later_ones()
    {
        TaskCompletionSource go = _fetcher.Block();
        _fetcher.Failure = await TestClient.QueryFailureAsync(Answers.Unauthorized);
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
    public async Task A_cancelled_fetch_is_taken_over_by_the_next_one_that_waits()
    {
        using var stop = new CancellationTokenSource();
        TaskCompletionSource go = _fetcher.Block();
        Task<Credential> first = _source.GetAsync(TestClient.Scope(), stop.Token).AsTask();
        Task<Credential> second = GetAsync();
        await stop.CancelAsync();
        await TestClient.AssertCancelledAsync(first);
        go.SetResult();
        await second;
        Assert.Equal(2, _fetcher.Count);
    }

    [Fact]
    public async Task The_secrets_before_the_renewal_are_still_known_and_older_ones_are_wiped()
    {
        Credential first = await GetAsync();
        Credential? second = await RenewAsync(first);
        Assert.Equal(["password", "token1", "token2"], _source.Secrets.Select(secret => secret.Reveal()).Order(StringComparer.Ordinal));

        await RenewAsync(second!);
        Assert.Equal(["password", "token2", "token3"], _source.Secrets.Select(secret => secret.Reveal()).Order(StringComparer.Ordinal));
        AssertWiped(first);
    }

    [Fact]
    public async Task Disposing_wipes_every_secret()
    {
        Credential first = await GetAsync();
        Credential? second = await RenewAsync(first);
        _source.Dispose();
        AssertWiped(first);
        AssertWiped(second!);
        Assert.Throws<ObjectDisposedException>(_password.Reveal);
        Assert.True(_fetcher.Disposed);
    }

    [Fact]
    public async Task A_credential_that_arrives_after_disposing_is_wiped()
    {
        TaskCompletionSource go = _fetcher.Block();
        Task<Credential> late = GetAsync();
        _source.Dispose();
        go.SetResult();
        await Record.ExceptionAsync(() => late);
        AssertWiped(_fetcher.Last!);
    }

    [Fact]
    public async Task It_tells_its_account_and_the_end_of_the_credential_in_use()
    {
        Assert.Equal(("Password", "user", null), (_source.AuthenticationType, _source.AccountName, _source.ExpiresAt));
        Credential credential = await GetAsync();
        Assert.NotNull(credential.ExpiresAt);
        Assert.Equal(credential.ExpiresAt, _source.ExpiresAt);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_refused_request_is_sent_once_more_with_a_renewed_credential(string method)
    {
        using var network = new FakeNetwork(Answers.Error(401, "APIGW.0307", "The token must be updated."), Answers.Good);
        using VodClient client = Client(network);
        await client.SendAsync(method);
        Assert.Equal(["token1", "token2"], network.Sent.Select(sent => sent.Header("X-Auth-Token")));
    }

    [Fact]
    public async Task A_request_that_is_refused_again_is_not_renewed_again()
    {
        using var network = new FakeNetwork(Answers.Unauthorized);
        using VodClient client = Client(network);
        Assert.Equal("APIGW.0301", (await TestClient.FailureAsync(() => client.QueryAsync())).ErrorCode);
        Assert.Equal((2, 2), (network.Count, _fetcher.Count));
    }

    [Fact]
    public async Task A_submission_whose_credential_could_not_be_fetched_was_never_sent()
    {
        _fetcher.Failure = new FailureFactory(CloudService.Iam, new Redactor(() => []), TimeProvider.System)
            .FromTransport(TestClient.Endpoint, new HttpRequestException(HttpRequestError.ResponseEnded));
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = Client(network);
        VodClientException failure = await TestClient.FailureAsync(() => client.SubmitAsync());
        Assert.Equal(0, network.Count);
        Assert.False(failure.OutcomeUnknown);
    }

    private static void AssertWiped(Credential credential) =>
        Assert.All(credential.Secrets, secret => Assert.Throws<ObjectDisposedException>(secret.Reveal));

    private VodClient Client(FakeNetwork network) =>
        new(TestClient.Endpoint, TestClient.ProjectId, _source, TestClient.Settings(network, new SkippingClock()), SubmissionJournal.InMemory());

    private Task<Credential> GetAsync() => _source.GetAsync(TestClient.Scope(), CancellationToken.None).AsTask();

    private Task<Credential?> RenewAsync(Credential refused) => _source.RenewAsync(refused, TestClient.Scope(), CancellationToken.None).AsTask();

    /// <summary>Gives tokens token1, token2, ...</summary>
    private sealed class Fetcher : IDisposable
    {
        private Task _go = Task.CompletedTask;
        private int _count;

        public TimeSpan Life { get; set; } = TimeSpan.FromHours(24);

        public VodClientException? Failure { get; set; }

        public Credential? Last { get; private set; }

        public int Count => _count;

        public bool Disposed { get; private set; }

        public TaskCompletionSource Block()
        {
            var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _go = go.Task;
            return go;
        }

        public async Task<Fetched> FetchAsync(CancellationToken cancellation)
        {
            int number = Interlocked.Increment(ref _count);
            await _go.WaitAsync(cancellation);
            if (Failure is { } failure)
            {
                throw failure;
            }

            Last = new TokenCredential(new Secret($"token{number}")) { ExpiresAt = DateTimeOffset.UnixEpoch };
            return new Fetched(Last, Life);
        }

        public void Dispose() => Disposed = true;
    }
}
