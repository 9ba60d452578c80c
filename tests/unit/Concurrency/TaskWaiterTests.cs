using VodPreheat.Client.Concurrency;

namespace VodPreheat.UnitTests.Concurrency;

public sealed class TaskWaiterTests
{
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_completed_task_is_not_waited_for()
    {
        int idle = 0;
        foreach (Task ended in new[] { Task.CompletedTask, Task.FromException(new IOException()), Task.FromCanceled(new CancellationToken(true)) })
        {
            TaskWaiter.For(ended, Timeout.InfiniteTimeSpan, () => idle++, CancellationToken.None);
        }

        Assert.Equal(0, idle);
    }

    [Fact]
    public void The_idle_callback_runs_repeatedly_on_the_waiting_thread()
    {
        var work = new TaskCompletionSource();
        int thread = Environment.CurrentManagedThreadId;
        int idle = 0;
        TaskWaiter.For(
            work.Task,
            s_idle,
            () =>
            {
                Assert.Equal(thread, Environment.CurrentManagedThreadId);
                if (++idle == 5)
                {
                    work.SetResult();
                }
            },
            CancellationToken.None);
        Assert.Equal(5, idle);
    }

    [Fact]
    public void A_task_that_fails_during_the_wait_throws_nothing()
    {
        var work = new TaskCompletionSource();
        TaskWaiter.For(work.Task, s_idle, () => work.TrySetException(new IOException("boom")), CancellationToken.None);
        Assert.Equal("boom", work.Task.Exception?.InnerException?.Message);
    }

    [Fact]
    public void A_completion_on_another_thread_ends_an_infinite_wait()
    {
        var work = new TaskCompletionSource();
        _ = Task.Run(work.SetResult);
        TaskWaiter.For(work.Task, Timeout.InfiniteTimeSpan, () => { }, CancellationToken.None);
        Assert.True(work.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_cancellation_ends_an_infinite_wait()
    {
        using var stop = new CancellationTokenSource();
        _ = Task.Run(stop.Cancel);
        OperationCanceledException error = Assert.Throws<OperationCanceledException>(
            () => TaskWaiter.For(new TaskCompletionSource().Task, Timeout.InfiniteTimeSpan, () => { }, stop.Token));
        Assert.Equal(stop.Token, error.CancellationToken);
    }

    [Fact]
    public void An_exception_of_the_idle_callback_is_thrown() => Assert.Throws<NotSupportedException>(
        () => TaskWaiter.For(new TaskCompletionSource().Task, s_idle, () => throw new NotSupportedException(), CancellationToken.None));
}
