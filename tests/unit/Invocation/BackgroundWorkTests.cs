using VodPreheat.Client.Invocation;


namespace VodPreheat.UnitTests.Invocation;

public sealed class BackgroundWorkTests
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_completed_task_is_not_waited_for()
    {
        // Not even a canceled token is looked at: what has ended is used.
        var canceled = new CancellationToken(canceled: true);
        foreach (Task ended in new[] { Task.CompletedTask, Task.FromException(new IOException()), Task.FromCanceled(canceled) })
        {
            Assert.True(BackgroundWork.Wait(ended, Timeout.InfiniteTimeSpan, canceled));
        }
    }

    [Fact]
    public void A_wait_ends_when_its_time_is_up()
    {
        var work = new TaskCompletionSource();
        Assert.False(BackgroundWork.Wait(work.Task, s_moment, CancellationToken.None));
        work.SetResult();
        Assert.True(BackgroundWork.Wait(work.Task, s_moment, CancellationToken.None));
    }

    [Fact]
    public void A_task_that_fails_during_the_wait_throws_nothing()
    {
        var work = new TaskCompletionSource();
        _ = Task.Run(() => work.SetException(new IOException("boom")));
        Assert.True(BackgroundWork.Wait(work.Task, Timeout.InfiniteTimeSpan, CancellationToken.None));
        Assert.Equal("boom", work.Task.Exception?.InnerException?.Message);
    }

    [Fact]
    public void A_completion_on_another_thread_ends_an_infinite_wait()
    {
        var work = new TaskCompletionSource();
        _ = Task.Run(work.SetResult);
        Assert.True(BackgroundWork.Wait(work.Task, Timeout.InfiniteTimeSpan, CancellationToken.None));
    }

    [Fact]
    public void A_cancellation_ends_an_infinite_wait()
    {
        using var stop = new CancellationTokenSource();
        _ = Task.Run(stop.Cancel);
        OperationCanceledException error = Assert.Throws<OperationCanceledException>(
            () => BackgroundWork.Wait(new TaskCompletionSource().Task, Timeout.InfiniteTimeSpan, stop.Token));
        Assert.Equal(stop.Token, error.CancellationToken);
    }
}
