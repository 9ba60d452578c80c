namespace VodPreheat.Client.Concurrency;

/// <summary>Work that runs in the background: how a thread that must stay responsive waits for it, or abandons it.</summary>
public static class BackgroundWork
{
    /// <summary>
    /// Waits until the work has ended, with or without success, and calls <paramref name="onIdle"/> every <paramref name="interval"/>
    /// meanwhile.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was canceled while waiting.</exception>
    public static void WaitFor(Task work, TimeSpan interval, Action onIdle, CancellationToken cancellation)
    {
        // WaitAny, not Wait: failed work must not throw here. Not its wait handle either, which is a kernel object each.
        try
        {
            while (!work.IsCompleted && Task.WaitAny([work], (int)interval.TotalMilliseconds, cancellation) < 0)
            {
                onIdle();
            }
        }
        catch (OperationCanceledException)
        {
            // It may continue, as a submission in flight does.
            Forget(work);
            throw;
        }
    }

    /// <summary>
    /// Waits for a time, not at all if it is negative. Rounded up: a delay counts in whole milliseconds, and the rest would be spent
    /// in a busy loop.
    /// </summary>
    internal static Task DelayAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellation) =>
        Task.Delay(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(time.TotalMilliseconds))), clock, cancellation);

    /// <summary>Abandons work whose end nobody observes; its failure, usually a cancellation, does not matter.</summary>
    internal static void Forget(Task work) => work.ContinueWith(
        static ended => _ = ended.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
