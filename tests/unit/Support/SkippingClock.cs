using Microsoft.Extensions.Time.Testing;

namespace VodPreheat.UnitTests.Support;

/// <summary>
/// A clock on which every wait ends at once and takes its time all the same; waits of <see cref="Endless"/> or longer, as the
/// time-outs of attempts are in these tests, stay until somebody advances the clock.
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

            // Delays are cut to whole milliseconds; one more keeps the clock from stopping just short of the moment waited for.
            ThreadPool.QueueUserWorkItem(_ => Advance(dueTime + TimeSpan.FromMilliseconds(1)));
        }

        return timer;
    }
}
