using Microsoft.Extensions.Time.Testing;

namespace VodPreheat.UnitTests.Support;

/// <summary>
/// A clock that only the test moves. Its wall clock can be set apart from its monotonic time, as users and time servers do, and it
/// knows how many timers run that are not timeouts of attempts.
/// </summary>
internal class ManualClock : FakeTimeProvider
{
    /// <summary>The timeout of attempts in these tests: longer than every delay, so that its timers can be distinguished.</summary>
    public static readonly TimeSpan Endless = TimeSpan.FromDays(1);

    private readonly long _zero;
    private int _running;

    public ManualClock() => _zero = GetTimestamp();

    /// <summary>The monotonic time since the start.</summary>
    public TimeSpan Now => GetElapsedTime(_zero);

    /// <summary>By how much the system clock was set.</summary>
    public TimeSpan WallOffset { get; set; }

    /// <summary>Timers that have been set, and have neither fired nor been disposed.</summary>
    public int RunningTimers => Volatile.Read(ref _running);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + WallOffset;

    public override long GetTimestamp() => base.GetUtcNow().UtcTicks;

    /// <summary>Moves the clock to a time; a time that has passed, such as while the machine slept, is now.</summary>
    public void AdvanceTo(TimeSpan time) => Advance(time > Now ? time - Now : TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        dueTime < TimeSpan.Zero || dueTime >= Endless ? base.CreateTimer(callback, state, dueTime, period) : new CountedTimer(this, callback, state, dueTime);

    private sealed class CountedTimer : ITimer
    {
        private readonly ManualClock _clock;
        private readonly ITimer _timer;
        private int _hasEnded;

        public CountedTimer(ManualClock clock, TimerCallback callback, object? state, TimeSpan dueTime)
        {
            _clock = clock;
            Interlocked.Increment(ref clock._running);
            _timer = clock.CreateBaseTimer(
                state =>
                {
                    End();
                    callback(state);
                },
                state,
                dueTime);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose()
        {
            End();
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void End()
        {
            if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
            {
                Interlocked.Decrement(ref _clock._running);
            }
        }
    }

    private ITimer CreateBaseTimer(TimerCallback callback, object? state, TimeSpan dueTime) =>
        base.CreateTimer(callback, state, dueTime, Timeout.InfiniteTimeSpan);
}
