using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Credentials;

/// <content>Concurrent requests share a fetch; the secrets of each credential; the trace.</content>
public sealed partial class RenewingCredentialSourceTests
{
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

        // One that was in flight is answered late.
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
        Task<Credential> first = _source.GetAsync(TestClient.Context().With(stop.Token)).AsTask();
        Task<Credential> second = GetAsync();
        await stop.CancelAsync();
        await TestClient.AssertCanceledAsync(first);
        go.SetResult();
        await second;
        Assert.Equal(1, _fetcher.Count);
    }

    [Fact]
    public async Task A_fetch_is_canceled_with_the_last_waiting_request()
    {
        using var stop = new CancellationTokenSource();
        _fetcher.Block();
        Task<Credential>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => _source.GetAsync(TestClient.Context().With(stop.Token)).AsTask())];
        Assert.True(_fetcher.IsUnderWay);
        await stop.CancelAsync();
        foreach (Task<Credential> canceled in waiting)
        {
            await TestClient.AssertCanceledAsync(canceled);
        }

        await TestClient.EventuallyAsync(() => !_fetcher.IsUnderWay);
        _fetcher.Unblock();
        await GetAsync();
        Assert.Equal(2, _fetcher.Count);
    }

    [Fact]
    public async Task A_fetch_that_was_canceled_is_not_waited_for()
    {
        using var stop = new CancellationTokenSource();
        TaskCompletionSource go = _fetcher.Block(heedsCancellation: false);
        Task<Credential> canceled = _source.GetAsync(TestClient.Context().With(stop.Token)).AsTask();
        await stop.CancelAsync();
        await TestClient.AssertCanceledAsync(canceled);
        _fetcher.Unblock();
        Credential credential = await GetAsync().WaitAsync(TimeSpan.FromSeconds(15));
        go.SetResult();
        Assert.Equal("token2", Assert.Single(credential.Secrets).Reveal());
        Assert.Same(credential, await GetAsync());
    }

    [Fact]
    public async Task A_background_renewal_is_canceled_with_the_last_request_that_waits_for_it()
    {
        await GetAsync();
        _fetcher.Block();
        _clock.Advance(s_day - TimeSpan.FromMinutes(5));
        await GetAsync();
        Assert.True(_fetcher.IsUnderWay);
        _clock.Advance(TimeSpan.FromMinutes(5));
        using var stop = new CancellationTokenSource();
        Task<Credential> waiting = _source.GetAsync(TestClient.Context().With(stop.Token)).AsTask();
        await stop.CancelAsync();
        await TestClient.AssertCanceledAsync(waiting);
        await TestClient.EventuallyAsync(() => !_fetcher.IsUnderWay);
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
        Assert.Equal((AuthenticationType.Password, "user", null), (_source.AuthenticationType, _source.AccountName, _source.ExpiresAt));
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
        InvocationContext context = TestClient.Context();
        await _source.GetAsync(context);
        Assert.Equal(
            $"The credentials could not be renewed and are used until 2000-01-02 00:00:00Z: {_fetcher.Failure.What}", Assert.Single(TestClient.TraceOf(context)));
    }
}
