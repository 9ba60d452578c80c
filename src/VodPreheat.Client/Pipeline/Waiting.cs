namespace VodPreheat.Client.Pipeline;

/// <summary>Waits on the pipeline thread for work that runs elsewhere.</summary>
public static class Waiting
{
    /// <summary>
    /// Waits until the task has ended, however it ends, and calls <paramref name="onIdle"/> every <paramref name="idle"/> meanwhile.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled while waiting.</exception>
    public static void For(Task task, TimeSpan idle, Action onIdle, CancellationToken cancellation)
    {
        // A wait on the handle, not on the task: a failed task must not throw here.
        while (!task.IsCompleted && !((IAsyncResult)task).AsyncWaitHandle.WaitOne(0))
        {
            if (WaitHandle.WaitAny([((IAsyncResult)task).AsyncWaitHandle, cancellation.WaitHandle], idle) == 1)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            onIdle();
        }
    }

    /// <summary>Lets go of work whose end nobody will look at; its failure, mostly a cancellation, is of no interest.</summary>
    internal static void Forget(Task task) => task.ContinueWith(
        static ended => _ = ended.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
