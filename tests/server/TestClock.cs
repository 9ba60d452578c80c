namespace VodPreheat.TestServer;

/// <summary>
/// A clock for tests in which time has to pass: it runs faster than real time, and can be put forward. Begins with the time of the machine.
/// </summary>
/// <param name="rate">How many times faster than real time it runs.</param>
public sealed class TestClock(double rate) : TimeProvider
{
    private readonly DateTimeOffset _utcStart = System.GetUtcNow();
    private readonly long _start = System.GetTimestamp();
    private long _putForward;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => (System.GetElapsedTime(_start) * rate).Ticks + Interlocked.Read(ref _putForward);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _utcStart.AddTicks(GetTimestamp());

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(System.CreateTimer(callback, state, Real(dueTime), Real(period)), this);

    /// <summary>Puts it forward. A timer that already runs still ends when it would have ended.</summary>
    public void Advance(TimeSpan time) => Interlocked.Add(ref _putForward, time.Ticks);

    private TimeSpan Real(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / rate;

    private sealed class Timer(ITimer real, TestClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => real.Change(clock.Real(dueTime), clock.Real(period));

        public void Dispose() => real.Dispose();

        public ValueTask DisposeAsync() => real.DisposeAsync();
    }
}
