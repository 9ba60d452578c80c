using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.UnitTests.Support;
using static VodPreheat.Client.Http.RateLimit;

namespace VodPreheat.UnitTests.Http;

/// <summary>The rate limit of one kind of requests, on a clock that only the test moves.</summary>
public sealed class RateLimitTests
{
    // How long a failing test waits.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly ManualClock _clock = new();
    private readonly InvocationContext _context = TestClient.Context();

    [Fact]
    public async Task A_limit_applies_to_any_minute()
    {
        RateLimit limit = Limit(3);
        foreach (int second in new[] { 0, 10, 30 })
        {
            _clock.AdvanceTo(TimeSpan.FromSeconds(second));
            await PassAsync(limit);
        }

        await AssertNextGoesAtAsync(limit, 60);
        await AssertNextGoesAtAsync(limit, 70);
        await AssertNextGoesAtAsync(limit, 90);
        await AssertNextGoesAtAsync(limit, 120);
    }

    [Fact]
    public async Task A_request_counts_from_its_answer_on()
    {
        // The service counts it between the two, so a minute here is never shorter than a minute of the service.
        RateLimit limit = Limit(1);
        Turn first = await EnterAsync(limit);
        Task<Turn> second = Ask(limit);
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.False(second.IsCompleted);
        Assert.Equal(0, _clock.RunningTimers);

        limit.Leave(first, Outcome.Accepted);
        await AssertGoesAtAsync(second, 360);
    }

    [Fact]
    public async Task A_request_that_was_not_sent_does_not_count()
    {
        RateLimit limit = Limit(1);
        for (int i = 0; i < 5; i++)
        {
            limit.Leave(await EnterAsync(limit), Outcome.NotSent);
        }

        limit.Leave(await EnterAsync(limit), Outcome.Unanswered);
        await AssertNextGoesAtAsync(limit, 60);
    }

    [Fact]
    public async Task A_limit_of_0_is_no_limit()
    {
        RateLimit limit = Limit(0);
        for (int i = 0; i < 5000; i++)
        {
            await PassAsync(limit);
        }

        Assert.Equal(new RateLimitStatus(TimeSpan.Zero, LearnedPerMinute: null), limit.Status with { PerMinute = 0 });
    }

    [Fact]
    public async Task Requests_are_sent_in_the_order_of_their_arrival()
    {
        RateLimit limit = Limit(2);
        await PassAsync(limit, 2);
        Task<Turn>[] waiting = [.. Enumerable.Range(0, 6).Select(_ => Ask(limit))];
        for (int gone = 2; gone <= 6; gone += 2)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            Turn[] turns = await Task.WhenAll(waiting[..gone]).WaitAsync(s_patience);
            Assert.All(waiting[gone..], turn => Assert.False(turn.IsCompleted));
            Assert.All(turns[^2..], turn => limit.Leave(turn, Outcome.Accepted));
        }
    }

    [Fact]
    public async Task A_throttled_request_keeps_its_place()
    {
        RateLimit limit = Limit(0);
        Turn first = await EnterAsync(limit);
        Turn second = await EnterAsync(limit);
        limit.Throttle(second, TimeSpan.FromSeconds(10), _context);
        Task<Turn> third = Ask(limit);
        Task<Turn> secondAgain = Ask(limit, second.Ticket);
        limit.Throttle(first, TimeSpan.FromSeconds(10), _context);
        Task<Turn> firstAgain = Ask(limit, first.Ticket);
        _clock.Advance(TimeSpan.FromSeconds(10));

        limit.Leave(await firstAgain.WaitAsync(s_patience), Outcome.NotSent);
        limit.Leave(await secondAgain.WaitAsync(s_patience), Outcome.NotSent);
        await third.WaitAsync(s_patience);
    }

    [Fact]
    public async Task A_request_that_is_canceled_when_it_has_its_turn_keeps_it()
    {
        // Whether the cancellation comes before the request goes on depends on the thread pool.
        for (int i = 0; i < 1_000; i++)
        {
            RateLimit limit = Limit(1);
            Turn first = await EnterAsync(limit);
            using var stop = new CancellationTokenSource();
            Task<Turn> second = Ask(limit, cancellation: stop.Token);
            limit.Leave(first, Outcome.NotSent);
            await stop.CancelAsync();
            limit.Leave(await second.WaitAsync(s_patience), Outcome.NotSent);
        }
    }

    [Fact]
    public async Task A_request_can_be_canceled_while_it_waits_and_does_not_count()
    {
        RateLimit limit = Limit(1);
        await PassAsync(limit);
        using var stop = new CancellationTokenSource();
        Task<Turn> canceled = Ask(limit, cancellation: stop.Token);
        Task<Turn> next = Ask(limit);
        await stop.CancelAsync();

        await TestClient.AssertCanceledAsync(canceled);
        await AssertGoesAtAsync(next, 60);
        Assert.Equal(0, _clock.RunningTimers);
    }

    [Fact]
    public async Task A_canceled_request_leaves_no_timer()
    {
        RateLimit limit = Limit(1);
        await PassAsync(limit);
        using var stop = new CancellationTokenSource();
        Task<Turn>[] waiting = [.. Enumerable.Range(0, 100).Select(_ => Ask(limit, cancellation: stop.Token))];
        Assert.Equal(1, _clock.RunningTimers);
        await stop.CancelAsync();
        await Task.WhenAll(waiting.Select(TestClient.AssertCanceledAsync));
        Assert.Equal(0, _clock.RunningTimers);
    }

    [Fact]
    public async Task After_a_throttled_answer_nothing_is_sent_until_the_oldest_request_is_a_minute_old()
    {
        RateLimit limit = Limit(0);
        foreach (int second in new[] { 5, 10, 20 })
        {
            _clock.AdvanceTo(TimeSpan.FromSeconds(second));
            await PassAsync(limit);
        }

        _clock.AdvanceTo(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.FromSeconds(35), await ThrottleAsync(limit));
        Assert.Equal(TimeSpan.FromSeconds(35), limit.Status.HeldFor);
        Assert.Equal(["Throttled: queries wait 35 s, then at most 3 per minute."], TestClient.TraceOf(_context));
        await AssertNextGoesAtAsync(limit, 65);
    }

    [Fact]
    public async Task Throttled_without_a_request_in_the_last_minute_it_waits_a_minute_and_learns_no_limit()
    {
        RateLimit limit = Limit(100);
        await PassAsync(limit, 5);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.FromMinutes(1), await ThrottleAsync(limit));
        Assert.Null(limit.Status.LearnedPerMinute);
        await AssertNextGoesAtAsync(limit, 120);
        await PassAsync(limit, 99);
    }

    [Fact]
    public async Task Throttled_repeatedly_it_waits_slightly_longer_than_a_minute_each_time()
    {
        RateLimit limit = Limit(0);
        await PassAsync(limit, 10);
        foreach (int seconds in new[] { 60, 65, 70, 75, 80 })
        {
            Assert.Equal(TimeSpan.FromSeconds(seconds), await ThrottleAsync(limit));
            Assert.Equal(10, limit.Status.LearnedPerMinute);
            _clock.Advance(TimeSpan.FromSeconds(seconds));
        }

        // An answer ends the sequence; a request without an answer does not.
        limit.Leave(await EnterAsync(limit), Outcome.Unanswered);
        limit.Leave(await EnterAsync(limit), Outcome.NotSent);
        Assert.Equal(TimeSpan.FromSeconds(85), await ThrottleAsync(limit));
        _clock.Advance(TimeSpan.FromSeconds(85));
        await PassAsync(limit);
        _clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(TimeSpan.FromSeconds(45), await ThrottleAsync(limit));
    }

    [Fact]
    public async Task The_learned_limit_is_what_was_accepted_and_increases_by_one_per_minute()
    {
        RateLimit limit = await LearnedTenAsync(13);
        foreach (int perMinute in new[] { 10, 11, 12 })
        {
            Assert.Equal(perMinute, limit.Status.LearnedPerMinute);
            await PassAsync(limit, perMinute);
            Task<Turn> next = Ask(limit);
            Assert.Equal(TimeSpan.FromMinutes(1), limit.Status.HeldFor);
            _clock.Advance(TimeSpan.FromSeconds(59.9));
            Assert.False(next.IsCompleted);
            _clock.Advance(TimeSpan.FromSeconds(0.1));
            limit.Leave(await next.WaitAsync(s_patience), Outcome.NotSent);
        }

        // This is the limit that was specified.
        Assert.Null(limit.Status.LearnedPerMinute);
        await PassAsync(limit, 13);
        Assert.False(Ask(limit).IsCompleted);
    }

    [Fact]
    public async Task A_learned_limit_is_kept_when_a_request_is_throttled_after_a_minute_without_any()
    {
        RateLimit limit = await LearnedTenAsync(100);
        await PassAsync(limit);
        _clock.Advance(TimeSpan.FromMinutes(2));
        await ThrottleAsync(limit);
        Assert.Equal(12, limit.Status.LearnedPerMinute);
    }

    [Fact]
    public async Task A_throttled_answer_with_Retry_After_changes_no_learned_limit()
    {
        RateLimit limit = Limit(100);
        await PassAsync(limit, 10);
        await ThrottleAsync(limit, TimeSpan.FromSeconds(1));
        Assert.Null(limit.Status.LearnedPerMinute);
        Assert.Equal("Throttled: queries wait 1 s.", Assert.Single(TestClient.TraceOf(_context)));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await PassAsync(limit, 10);
        await ThrottleAsync(limit);
        Assert.Equal(20, limit.Status.LearnedPerMinute);

        // Four minutes after the delay, the limit is 24.
        _clock.Advance(TimeSpan.FromSeconds(59 + 240));
        await PassAsync(limit, 2);
        await ThrottleAsync(limit, TimeSpan.FromSeconds(1));
        Assert.Equal(24, limit.Status.LearnedPerMinute);
    }

    [Fact]
    public async Task A_throttled_answer_after_the_delay_that_it_belongs_to_causes_none()
    {
        RateLimit limit = Limit(0);
        Turn late = await EnterAsync(limit);
        await ThrottleAsync(limit, TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.Zero, limit.Throttle(late, retryAfter: null, _context));
    }

    [Fact]
    public async Task A_late_throttled_answer_delays_for_a_minute_whatever_was_sent_before()
    {
        RateLimit limit = Limit(0);
        await PassAsync(limit);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Turn late = await EnterAsync(limit);
        _clock.Advance(TimeSpan.FromSeconds(70));
        Assert.Equal(TimeSpan.FromMinutes(1), limit.Throttle(late, retryAfter: null, _context));
        Assert.Null(limit.Status.LearnedPerMinute);
    }

    [Fact]
    public async Task Concurrent_throttled_answers_cause_one_delay_and_one_trace_line()
    {
        RateLimit limit = Limit(0);
        await PassAsync(limit, 4);
        Turn[] turns = [.. Enumerable.Range(0, 8).Select(_ => Ask(limit).Result)];
        limit.Throttle(turns[0], retryAfter: null, _context);
        _clock.Advance(TimeSpan.FromSeconds(20));
        limit.Leave(turns[1], Outcome.Accepted);
        limit.Leave(turns[2], Outcome.Accepted);
        limit.Leave(turns[3], Outcome.Unanswered);
        Assert.All(turns[4..], turn => limit.Throttle(turn, retryAfter: null, _context));

        Assert.Contains("60 s", Assert.Single(TestClient.TraceOf(_context)), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(40), limit.Status.HeldFor);

        // Accepted requests that were in flight belong to the four that were accepted before.
        Assert.Equal(6, limit.Status.LearnedPerMinute);
    }

    [Fact]
    public async Task A_longer_Retry_After_extends_a_delay_and_a_shorter_one_does_not_reduce_it()
    {
        RateLimit limit = Limit(0);
        Turn[] turns = [await EnterAsync(limit), await EnterAsync(limit), await EnterAsync(limit)];
        Assert.Equal(TimeSpan.FromSeconds(20), limit.Throttle(turns[0], TimeSpan.FromSeconds(20), _context));
        Assert.Equal(TimeSpan.FromSeconds(60), limit.Throttle(turns[1], TimeSpan.FromSeconds(60), _context));
        Assert.Equal(TimeSpan.FromSeconds(60), limit.Throttle(turns[2], TimeSpan.FromSeconds(1), _context));
        Assert.Single(TestClient.TraceOf(_context));
        await AssertNextGoesAtAsync(limit, 60);
    }

    [Fact]
    public async Task What_waits_for_a_request_that_is_throttled_and_not_sent_again_waits_for_the_delay()
    {
        RateLimit limit = Limit(1);
        Turn throttled = await EnterAsync(limit);
        Task<Turn> next = Ask(limit);
        limit.Throttle(throttled, TimeSpan.FromSeconds(10), _context);
        await AssertGoesAtAsync(next, 10);
    }

    [Fact]
    public async Task A_Retry_After_of_0_causes_increasing_delays()
    {
        RateLimit limit = Limit(0);
        foreach (int seconds in new[] { 0, 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            TimeSpan hold = await ThrottleAsync(limit, TimeSpan.Zero);
            Assert.Equal(TimeSpan.FromSeconds(seconds), hold);
            _clock.Advance(hold);
        }

        Assert.Equal(TimeSpan.FromSeconds(90), await ThrottleAsync(limit, TimeSpan.FromSeconds(90)));
    }

    [Fact]
    public async Task After_a_delay_one_request_is_sent_alone_until_it_is_accepted()
    {
        RateLimit limit = Limit(0);
        Turn[] turns = [.. Enumerable.Range(0, 8).Select(_ => Ask(limit).Result)];
        Assert.All(turns, turn => limit.Throttle(turn, TimeSpan.FromSeconds(5), _context));
        Task<Turn>[] again = [.. turns.Select(turn => Ask(limit, turn.Ticket))];
        _clock.Advance(TimeSpan.FromSeconds(5));

        // It fails without an answer, so the next one is also sent alone.
        for (int i = 0; i < 2; i++)
        {
            Turn probe = await again[i].WaitAsync(s_patience);
            Assert.All(again[(i + 1)..], turn => Assert.False(turn.IsCompleted));
            Assert.Equal(TimeSpan.Zero, limit.Status.HeldFor);
            limit.Leave(probe, i == 0 ? Outcome.Unanswered : Outcome.Accepted);
        }

        await Task.WhenAll(again).WaitAsync(s_patience);
    }

    [Fact]
    public async Task A_request_in_progress_when_others_are_throttled_does_not_end_the_delay()
    {
        RateLimit limit = Limit(0);
        Turn slow = await EnterAsync(limit);
        await ThrottleAsync(limit, TimeSpan.FromSeconds(30));
        limit.Leave(slow, Outcome.Accepted);
        await AssertNextGoesAtAsync(limit, 30, Outcome.NotSent);
        Assert.True(Ask(limit).IsCompleted);
        Assert.False(Ask(limit).IsCompleted);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task A_change_of_the_system_clock_has_no_effect(int hours)
    {
        RateLimit limit = Limit(1);
        await PassAsync(limit);
        _clock.WallOffset = TimeSpan.FromHours(hours);
        await AssertNextGoesAtAsync(limit, 60);
        _clock.WallOffset = TimeSpan.FromHours(-hours);
        await AssertNextGoesAtAsync(limit, 120);
        Assert.Equal(TimeSpan.FromMinutes(1), limit.Status.HeldFor);
    }

    private RateLimit Limit(int perMinute) => new("queries", perMinute, _clock);

    /// <summary>A limit that has learned that ten requests a minute are accepted, after its hold.</summary>
    private async Task<RateLimit> LearnedTenAsync(int perMinute)
    {
        RateLimit limit = Limit(perMinute);
        await PassAsync(limit, 10);
        await ThrottleAsync(limit);
        _clock.Advance(TimeSpan.FromMinutes(1));
        return limit;
    }

    private static Task<Turn> Ask(RateLimit limit, long ticket = 0, CancellationToken cancellation = default) =>
        limit.EnterAsync(ticket, cancellation).AsTask();

    /// <summary>A turn that is available immediately.</summary>
    private static Task<Turn> EnterAsync(RateLimit limit)
    {
        Task<Turn> turn = Ask(limit);
        Assert.True(turn.IsCompleted);
        return turn;
    }

    private static async Task PassAsync(RateLimit limit, int count = 1)
    {
        for (int i = 0; i < count; i++)
        {
            limit.Leave(await EnterAsync(limit), Outcome.Accepted);
        }
    }

    private async Task<TimeSpan> ThrottleAsync(RateLimit limit, TimeSpan? retryAfter = null) =>
        limit.Throttle(await EnterAsync(limit), retryAfter, _context);

    private async Task AssertNextGoesAtAsync(RateLimit limit, int second, Outcome outcome = Outcome.Accepted)
    {
        Turn turn = await AssertGoesAtAsync(Ask(limit), second);
        limit.Leave(turn, outcome);
    }

    private async Task<Turn> AssertGoesAtAsync(Task<Turn> turn, int second)
    {
        _clock.AdvanceTo(TimeSpan.FromSeconds(second - 0.1));
        Assert.False(turn.IsCompleted);
        _clock.AdvanceTo(TimeSpan.FromSeconds(second));
        return await turn.WaitAsync(s_patience);
    }
}
