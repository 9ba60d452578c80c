using Microsoft.Extensions.Time.Testing;

namespace VodPreheat.UnitTests.Support;

/// <summary>
/// A clock on which every delay ends immediately and still takes its time; delays of <see cref="Endless"/> or longer, as the
/// timeouts of attempts are in these tests, last until the test advances the clock.
/// </summary>
internal sealed class SkippingClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    public static readonly TimeSpan Endless = TimeSpan.FromMinutes(10);

    private readonly List<TimeSpan> _waits = [];

    public SkippingClock()
        : this(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>The waits that were skipped, in order.</summary>
    public TimeSpan[] Waits
    {
        get
        {
            lock (_waits)
            {
                return [.. _waits];
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime < Endless)
        {
            lock (_waits)
            {
                _waits.Add(dueTime);
            }

            // Delays are truncated to milliseconds; one more, so that the clock does not stop just before the time.
            ThreadPool.QueueUserWorkItem(_ => Advance(dueTime + TimeSpan.FromMilliseconds(1)));
        }

        return timer;
    }
}
