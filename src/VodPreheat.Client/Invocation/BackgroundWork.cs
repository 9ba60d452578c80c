namespace VodPreheat.Client.Invocation;

/// <summary>Work that runs in the background: how a thread that must stay responsive waits for it, or abandons it.</summary>
public static class BackgroundWork
{
    /// <summary>Waits until the work has ended, with or without success, or the time is up.</summary>
    /// <returns>Whether it has ended.</returns>
    /// <exception cref="OperationCanceledException">The token was canceled while waiting.</exception>
    public static bool Wait(Task work, TimeSpan time, CancellationToken cancellation)
    {
        // WaitAny, not Task.Wait: failed work must not throw here. Not its wait handle either, which is a kernel object each.
        try
        {
            return work.IsCompleted || Task.WaitAny([work], (int)time.TotalMilliseconds, cancellation) == 0;
        }
        catch (OperationCanceledException)
        {
            // It may continue, as a submission in flight does.
            IgnoreFailure(work);
            throw;
        }
    }

    /// <summary>
    /// Waits for a time, not at all if it is negative. Rounded up: a delay counts in whole milliseconds, and the rest would be spent
    /// in a busy loop.
    /// </summary>
    internal static Task DelayAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellation) =>
        Task.Delay(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(time.TotalMilliseconds))), clock, cancellation);

    /// <summary>Marks the failure of abandoned work, usually a cancellation, as observed.</summary>
    internal static void IgnoreFailure(Task work) => work.ContinueWith(
        static ended => _ = ended.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
