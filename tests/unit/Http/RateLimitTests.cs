using Microsoft.Extensions.Time.Testing;
using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Http;

public sealed class RateLimitTests
{
    // How long a failing test waits for what must happen.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly FakeTimeProvider _clock = new();
    private readonly InvocationContext _scope = TestClient.Scope();

    [Fact]
    public async Task A_429_holds_back_every_request_of_the_connection()
    {
        using var network = new FakeNetwork(Answers.Good, Answers.Throttled, Answers.Good);
        using VodClient client = TestClient.Create(network, _clock);
        await client.QueryAsync();

        Task[] waiting = [client.QueryAsync(), client.QueryAsync(), client.SubmitAsync(), client.SubmitAsync()];
        Assert.Equal(2, network.Count);
        _clock.Advance(TimeSpan.FromSeconds(4.4));
        Assert.Equal(2, network.Count);
        _clock.Advance(TimeSpan.FromSeconds(1.2));
        await Task.WhenAll(waiting).WaitAsync(s_patience);
        Assert.Equal(6, network.Count);
    }

    [Fact]
    public async Task Holds_grow_from_5_to_15_to_45_to_60_seconds_and_start_small_after_a_success()
    {
        using var pace = new RateLimit(queries: null, _clock);
        foreach (int seconds in new[] { 5, 15, 45, 60, 60 })
        {
            await AssertHeldForAboutAsync(pace, seconds);
        }

        pace.Relax();
        await AssertHeldForAboutAsync(pace, 5);
    }

    [Fact]
    public async Task Three_holds_of_one_request_outlast_the_minute_of_the_service()
    {
        var clock = new SkippingClock();
        using var network = new FakeNetwork(Answers.Throttled) { Clock = clock };
        using VodClient client = TestClient.Create(network, clock);
        VodClientException failure = await TestClient.FailureAsync(() => client.SubmitAsync());

        Assert.Equal((FailureKind.Throttled, "APIGW.0308", 4), (failure.Kind, failure.ErrorCode, network.Count));
        TimeSpan total = network.Sent[^1].At - network.Sent[0].At;
        Assert.InRange(total, TimeSpan.FromSeconds(58), TimeSpan.FromSeconds(72));
    }

    [Fact]
    public async Task Many_that_meet_the_same_limit_make_one_hold_and_one_line_in_the_trace()
    {
        using var pace = new RateLimit(queries: null, _clock);
        for (int i = 0; i < 8; i++)
        {
            pace.Hold(retryAfter: null, _scope);
        }

        Assert.Contains("Throttled", Assert.Single(TestClient.TraceOf(_scope)), StringComparison.Ordinal);
        await AssertEndsWithinAsync(pace, TimeSpan.FromSeconds(5.5));
    }

    [Fact]
    public async Task A_longer_Retry_After_lengthens_a_hold_and_a_shorter_one_does_not_cut_it()
    {
        using var pace = new RateLimit(queries: null, _clock);
        pace.Hold(TimeSpan.FromSeconds(20), _scope);
        pace.Hold(TimeSpan.FromSeconds(60), _scope);
        pace.Hold(TimeSpan.FromSeconds(1), _scope);
        Assert.Single(TestClient.TraceOf(_scope));
        Task turn = pace.WaitAsync(isQuery: false, CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(59.9));
        Assert.False(turn.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await turn.WaitAsync(s_patience);
    }

    [Fact]
    public async Task A_hold_is_never_longer_than_five_minutes()
    {
        using var pace = new RateLimit(queries: null, _clock);
        pace.Hold(TimeSpan.FromDays(365), _scope);
        await AssertEndsWithinAsync(pace, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_held_request_can_be_cancelled()
    {
        using var pace = new RateLimit(queries: null, _clock);
        using var stop = new CancellationTokenSource();
        pace.Hold(retryAfter: null, _scope);
        Task turn = pace.WaitAsync(isQuery: true, stop.Token);
        await stop.CancelAsync();
        await TestClient.AssertCancelledAsync(turn);
    }

    [Fact]
    public async Task Queries_over_the_limit_a_minute_wait_but_submissions_go()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(network, perMinute: 3);
        await Task.WhenAll(client.QueryAsync(), client.QueryAsync(), client.QueryAsync());
        using var stop = new CancellationTokenSource();
        Task fourth = client.QueryAsync(scope: new InvocationContext(stop.Token));
        await client.SubmitAsync();

        Assert.Equal(4, network.Count);
        Assert.False(fourth.IsCompleted);
        await stop.CancelAsync();
        await TestClient.AssertCancelledAsync(fourth);
        Assert.Equal(4, network.Count);
    }

    [Fact]
    public async Task Each_attempt_of_a_query_counts_against_the_limit()
    {
        using var network = new FakeNetwork(Answers.Body(503, "{}"));
        VodClient client = TestClient.Create(network, new SkippingClock(), perMinute: 2);
        Task query = client.QueryAsync();
        await TestClient.EventuallyAsync(() => network.Count == 2);
        client.Dispose();
        VodClientException failure = await TestClient.FailureAsync(() => query);
        Assert.Equal((ErrorIds.NotConnected, 2), (failure.ErrorCode, network.Count));
    }

    [Fact]
    public void A_limit_of_0_is_no_limit() => Assert.Null(RateLimit.PerMinute(0));

    private async Task AssertEndsWithinAsync(RateLimit pace, TimeSpan time)
    {
        Task turn = pace.WaitAsync(isQuery: true, CancellationToken.None);
        _clock.Advance(time);
        await turn.WaitAsync(s_patience);
    }

    private async Task AssertHeldForAboutAsync(RateLimit pace, int seconds)
    {
        pace.Hold(retryAfter: null, _scope);
        Task turn = pace.WaitAsync(isQuery: true, CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(seconds * 0.89));
        Assert.False(turn.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(seconds * 0.22));
        await turn.WaitAsync(s_patience);
    }
}
