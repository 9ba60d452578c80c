using Microsoft.Extensions.Time.Testing;

namespace VodPreheat.UnitTests.Support;

/// <summary>
/// A clock that moves from one timer to the next as soon as nothing else can run: hours pass in seconds, with everything in its
/// order. It never moves to timeouts of <see cref="SkippingClock.Endless"/> or longer.
/// </summary>
internal sealed class EventClock() : FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
{
    private readonly object _lock = new();
    private readonly SortedSet<(DateTimeOffset Due, int Number)> _due = [];
    private int _activity;

    /// <summary>Notifies the clock of an event, so that it waits for the effects.</summary>
    public void Touch() => Interlocked.Increment(ref _activity);

    /// <summary>Moves the clock from timer to timer until the work has ended.</summary>
    public async Task<T> RunAsync<T>(Task<T> work)
    {
        for (int i = 0; i < 200_000 && !work.IsCompleted; i++)
        {
            await SettleAsync(work);
            DateTimeOffset? next = null;
            lock (_lock)
            {
                _due.RemoveWhere(timer => timer.Due <= GetUtcNow());
                if (!work.IsCompleted && _due.Count > 0)
                {
                    next = _due.Min.Due;
                }
            }

            if (next is { } due)
            {
                Advance(due - GetUtcNow());
            }
        }

        Assert.True(work.IsCompleted, "The work does not end.");
        return await work;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Touch();
        if (dueTime >= TimeSpan.Zero && dueTime < SkippingClock.Endless)
        {
            lock (_lock)
            {
                _due.Add((GetUtcNow() + dueTime, _activity));
            }
        }

        return base.CreateTimer(callback, state, dueTime, period);
    }

    // A timer that was disposed meanwhile only causes one more step.
    private async Task SettleAsync(Task work)
    {
        for (int quiet = 0; quiet < 3 && !work.IsCompleted; quiet++)
        {
            int before = Volatile.Read(ref _activity);
            await Task.Yield();
            await Task.Delay(1);
            if (Volatile.Read(ref _activity) != before)
            {
                quiet = -1;
            }
        }
    }
}
