using VodPreheat.Client.Concurrency;

namespace VodPreheat.UnitTests.Concurrency;

public sealed class BackgroundWorkTests
{
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_task_that_has_ended_is_not_waited_for()
    {
        int idle = 0;
        foreach (Task ended in new[] { Task.CompletedTask, Task.FromException(new IOException()), Task.FromCanceled(new CancellationToken(true)) })
        {
            BackgroundWork.WaitFor(ended, Timeout.InfiniteTimeSpan, () => idle++, CancellationToken.None);
        }

        Assert.Equal(0, idle);
    }

    [Fact]
    public void The_idle_callback_runs_again_and_again_on_the_waiting_thread()
    {
        var work = new TaskCompletionSource();
        int thread = Environment.CurrentManagedThreadId;
        int idle = 0;
        BackgroundWork.WaitFor(
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
    public void A_task_that_fails_while_waited_for_throws_nothing()
    {
        var work = new TaskCompletionSource();
        BackgroundWork.WaitFor(work.Task, s_idle, () => work.TrySetException(new IOException("boom")), CancellationToken.None);
        Assert.Equal("boom", work.Task.Exception?.InnerException?.Message);
    }

    [Fact]
    public void An_end_elsewhere_wakes_an_endless_wait()
    {
        var work = new TaskCompletionSource();
        _ = Task.Run(work.SetResult);
        BackgroundWork.WaitFor(work.Task, Timeout.InfiniteTimeSpan, () => { }, CancellationToken.None);
        Assert.True(work.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public void Cancelling_wakes_an_endless_wait()
    {
        using var stop = new CancellationTokenSource();
        _ = Task.Run(stop.Cancel);
        OperationCanceledException error = Assert.Throws<OperationCanceledException>(
            () => BackgroundWork.WaitFor(new TaskCompletionSource().Task, Timeout.InfiniteTimeSpan, () => { }, stop.Token));
        Assert.Equal(stop.Token, error.CancellationToken);
    }

    [Fact]
    public void What_the_idle_callback_throws_comes_through() => Assert.Throws<NotSupportedException>(
        () => BackgroundWork.WaitFor(new TaskCompletionSource().Task, s_idle, () => throw new NotSupportedException(), CancellationToken.None));
}
