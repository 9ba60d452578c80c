namespace VodPreheat.Client.Concurrency;

/// <summary>Waits on the pipeline thread for work that runs elsewhere.</summary>
public static class TaskWaiter
{
    /// <summary>
    /// Waits until the task has ended, however it ends, and calls <paramref name="onIdle"/> every <paramref name="idle"/> meanwhile.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled while waiting.</exception>
    public static void For(Task task, TimeSpan idle, Action onIdle, CancellationToken cancellation)
    {
        // WaitAny, not Wait: a failed task must not throw here. Not the task's wait handle either, which is a kernel object each.
        try
        {
            while (!task.IsCompleted && Task.WaitAny([task], (int)idle.TotalMilliseconds, cancellation) < 0)
            {
                onIdle();
            }
        }
        catch (OperationCanceledException)
        {
            // It may go on, as a submission that is under way does.
            Forget(task);
            throw;
        }
    }

    /// <summary>
    /// Waits for a time, none if it is negative. Rounded up: a delay counts in whole milliseconds, and what is left of one would
    /// be waited for in a busy loop.
    /// </summary>
    internal static Task DelayAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellation) =>
        Task.Delay(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(time.TotalMilliseconds))), clock, cancellation);

    /// <summary>Lets go of work whose end nobody will look at; its failure, mostly a cancellation, is of no interest.</summary>
    internal static void Forget(Task task) => task.ContinueWith(
        static ended => _ = ended.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
