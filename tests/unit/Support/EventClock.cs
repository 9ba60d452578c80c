using Microsoft.Extensions.Time.Testing;

namespace VodPreheat.UnitTests.Support;

/// <summary>
/// A clock that goes from one timer to the next as soon as the thread pool has nothing left to do: hours pass in seconds, with
/// everything in its order. Only for tests that run alone, those of <see cref="TestsThatRunAlone"/>: others keep the thread pool busy.
/// </summary>
internal sealed class EventClock() : FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
{
    private readonly object _lock = new();
    private readonly PriorityQueue<DateTimeOffset, DateTimeOffset> _due = new();

    /// <summary>Moves the clock from timer to timer until the work has ended.</summary>
    /// <param name="start">Starts the work, on the thread pool: the test runner continues a test on threads that the pool does not count.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> start)
    {
        Task<T> work = Task.Run(start);

        // On a thread of its own, which the thread pool does not count.
        await Task.Factory.StartNew(() => Run(work), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await work;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            lock (_lock)
            {
                DateTimeOffset due = GetUtcNow() + dueTime;
                _due.Enqueue(due, due);
            }
        }

        return timer;
    }

    private void Run(Task work)
    {
        while (true)
        {
            WaitUntilIdle();
            if (work.IsCompleted)
            {
                return;
            }

            // A timer that was disposed meanwhile costs a step, and nothing else.
            DateTimeOffset due;
            lock (_lock)
            {
                Assert.True(_due.TryDequeue(out due, out _), "The work does not end, and no timer is set.");
            }

            if (due > GetUtcNow())
            {
                Advance(due - GetUtcNow());
            }
        }
    }

    // Seen twice: the counts are not read at the same time.
    private static void WaitUntilIdle()
    {
        for (int seen = 0; seen < 2;)
        {
            ThreadPool.GetMaxThreads(out int threads, out _);
            ThreadPool.GetAvailableThreads(out int available, out _);
            if (ThreadPool.PendingWorkItemCount == 0 && available == threads)
            {
                seen++;
            }
            else
            {
                seen = 0;
                Thread.Sleep(0);
            }
        }
    }
}
