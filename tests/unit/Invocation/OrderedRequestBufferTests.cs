using System.Collections.Concurrent;
using FsCheck.Xunit;
using VodPreheat.Client.Invocation;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Invocation;

public sealed class OrderedRequestBufferTests
{
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(1);

    [Property(MaxTest = 200)]
    public void Answers_come_in_the_order_of_the_input_and_never_more_than_the_limit_is_in_flight(int[] items, byte limit, int seed)
    {
        int most = 1 + (limit % 8);
        var random = new Random(seed);
        var open = new List<(int Item, TaskCompletionSource<int> Answer)>();
        int highest = 0;
        var taken = new List<(int Item, int Answer)>();
        using var buffer = new OrderedRequestBuffer<int, int>(most, Start, Take);
        foreach (int item in items)
        {
            buffer.Add(item);
        }

        buffer.Complete();
        Assert.Equal(items.Select(item => (item, item)), taken);
        Assert.InRange(highest, Math.Min(1, items.Length), most);

        // On any thread.
        Task<int> Start(int item)
        {
            var answer = new TaskCompletionSource<int>();
            lock (open)
            {
                open.Add((item, answer));
                highest = Math.Max(highest, open.Count);
            }

            return answer.Task;
        }

        // The requests end in any order, one each time that nothing else can run.
        void EndOne()
        {
            (int Item, TaskCompletionSource<int> Answer) ended;
            lock (open)
            {
                if (open.Count == 0)
                {
                    return;
                }

                int at = random.Next(open.Count);
                ended = open[at];
                open.RemoveAt(at);
            }

            if (ended.Item % 5 == 0)
            {
                ended.Answer.SetException(new InvalidOperationException("boom"));
            }
            else
            {
                ended.Answer.SetResult(ended.Item);
            }
        }

        void Take(int item, Task<int> answer)
        {
            while (!BackgroundWork.Wait(answer, s_idle, CancellationToken.None))
            {
                EndOne();
            }

            Assert.Equal(item % 5 == 0, answer.IsFaulted);
            taken.Add((item, answer.IsFaulted ? item : answer.Result));
        }
    }

    [Fact]
    public void An_answer_is_returned_as_soon_as_all_answers_before_it()
    {
        TaskCompletionSource<int>[] answers = [new(), new(), new(), new()];
        var taken = new List<int>();
        using var buffer = new OrderedRequestBuffer<int, int>(4, item => answers[item].Task, (item, _) => taken.Add(item));
        buffer.Add(0);
        buffer.Add(1);
        answers[1].SetResult(1);
        buffer.Add(2);
        Assert.Empty(taken);
        answers[0].SetResult(0);
        buffer.Add(3);
        Assert.Equal([0, 1], taken);
        buffer.Complete();
        Assert.Equal([0, 1, 2, 3], taken);
    }

    [Fact]
    public void A_failure_is_returned_in_its_turn_and_the_next_answer_follows()
    {
        var taken = new List<Task<int>>();
        using var buffer = new OrderedRequestBuffer<int, int>(
            2,
            item => item == 0 ? Task.FromException<int>(new InvalidOperationException("boom")) : Task.FromResult(item),
            (_, answer) => taken.Add(answer));
        buffer.Add(0);
        buffer.Add(1);
        Assert.Collection(
            taken,
            failed => Assert.Equal("boom", failed.Exception?.InnerException?.Message),
            good => Assert.True(good.IsCompletedSuccessfully));
    }

    [Fact]
    public void A_request_that_cannot_be_started_is_a_failed_answer_and_the_next_one_follows()
    {
        var taken = new List<Task<int>>();
        using var buffer = new OrderedRequestBuffer<int, int>(
            1, item => item == 0 ? throw new InvalidOperationException("no") : Task.FromResult(item), (_, answer) => taken.Add(answer));
        buffer.Add(0);
        buffer.Add(1);
        Assert.Equal("no", taken[0].Exception?.InnerException?.Message);
        Assert.True(taken[1].IsCompletedSuccessfully);
    }

    [Fact]
    public async Task The_next_request_starts_when_one_succeeds_while_the_caller_does_something_else()
    {
        TaskCompletionSource<int>[] answers = [new(), new()];
        var started = new ConcurrentQueue<int>();
        using var buffer = new OrderedRequestBuffer<int, int>(1, Start, FailToTake);
        buffer.Add(0);
        buffer.Add(1);
        Assert.Equal([0], started);
        answers[0].SetResult(0);
        await TestClient.EventuallyAsync(() => started.Count == 2);
        Assert.Equal([0, 1], started);

        Task<int> Start(int item)
        {
            started.Enqueue(item);
            return answers[item].Task;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_failure_the_next_request_starts_only_if_the_caller_continues(bool isEnd)
    {
        TaskCompletionSource<int>[] answers = [new(), new()];
        answers[1].SetResult(1);
        var started = new ConcurrentQueue<int>();
        using var buffer = new OrderedRequestBuffer<int, int>(1, Start, Take);
        buffer.Add(0);
        buffer.Add(1);
        answers[0].SetException(new InvalidOperationException("boom"));
        await Task.Delay(50);
        Assert.Equal([0], started);
        if (isEnd)
        {
            Assert.Throws<InvalidOperationException>(buffer.Complete);
            await Task.Delay(50);
            Assert.Equal([0], started);
        }
        else
        {
            buffer.Complete();
            Assert.Equal([0, 1], started);
        }

        Task<int> Start(int item)
        {
            started.Enqueue(item);
            return answers[item].Task;
        }

        void Take(int item, Task<int> answer)
        {
            Assert.True(BackgroundWork.Wait(answer, Timeout.InfiniteTimeSpan, CancellationToken.None));
            if (isEnd)
            {
                answer.GetAwaiter().GetResult();
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void As_many_items_as_are_in_flight_wait_and_no_more(int limit)
    {
        var taken = new List<int>();
        using var buffer = new OrderedRequestBuffer<int, int>(limit, _ => new TaskCompletionSource<int>().Task, (item, _) => taken.Add(item));
        for (int item = 0; item < 2 * limit; item++)
        {
            buffer.Add(item);
        }

        Assert.Empty(taken);
        buffer.Add(2 * limit);
        Assert.Equal([0], taken);
    }

    [Fact]
    public async Task After_disposal_no_request_is_started()
    {
        var first = new TaskCompletionSource<int>();
        var started = new ConcurrentQueue<int>();
        using (var buffer = new OrderedRequestBuffer<int, int>(1, Start, FailToTake))
        {
            buffer.Add(0);
            buffer.Add(1);
        }

        first.SetResult(0);
        await Task.Delay(50);
        Assert.Equal([0], started);

        Task<int> Start(int item)
        {
            started.Enqueue(item);
            return first.Task;
        }
    }

    [Fact]
    public void Disposing_observes_failures_that_were_not_returned()
    {
        string mark = Guid.NewGuid().ToString();
        bool unobserved = false;
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, args) => unobserved |= args.Exception.ToString().Contains(mark, StringComparison.Ordinal);
        TaskScheduler.UnobservedTaskException += note;
        try
        {
            LeaveFailures(mark);
            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            Assert.False(unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= note;
        }
    }

    private static void FailToTake(int item, Task<int> answer) => Assert.Fail("There is nothing to take.");

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void LeaveFailures(string mark)
    {
        var late = new TaskCompletionSource<int>();
        using (var buffer = new OrderedRequestBuffer<int, int>(
            2, item => item == 0 ? late.Task : Task.FromException<int>(new InvalidOperationException(mark)), FailToTake))
        {
            buffer.Add(0);
            buffer.Add(1);
        }

        late.SetException(new InvalidOperationException(mark));
    }
}
