using FsCheck.Xunit;
using VodPreheat.Client.Concurrency;

namespace VodPreheat.UnitTests.Concurrency;

public sealed class OrderedRequestBufferTests
{
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(1);

    [Property(MaxTest = 200)]
    public void Answers_come_in_the_order_of_the_input_and_never_more_than_the_limit_is_in_flight(int[] items, byte limit, int seed)
    {
        int most = 1 + (limit % 8);
        var random = new Random(seed);
        var open = new List<(int Item, TaskCompletionSource<int> Answer)>();
        int inFlight = 0;
        var taken = new List<(int Item, int Answer)>();
        using var buffer = new OrderedRequestBuffer<int, int>(most, Start, Take);
        foreach (int item in items)
        {
            buffer.Add(item);
        }

        buffer.Complete();
        Assert.Equal(items.Select(item => (item, item)), taken);

        Task<int> Start(int item)
        {
            Assert.True(++inFlight <= most);
            var answer = new TaskCompletionSource<int>();
            open.Add((item, answer));
            return answer.Task;
        }

        // The requests end in any order, one each time that nothing else can run.
        void EndOne()
        {
            if (open.Count > 0)
            {
                int at = random.Next(open.Count);
                open[at].Answer.SetResult(open[at].Item);
                open.RemoveAt(at);
            }
        }

        void Take(int item, Task<int> answer)
        {
            BackgroundWork.WaitFor(answer, s_idle, EndOne, CancellationToken.None);
            Assert.True(answer.IsCompletedSuccessfully);
            inFlight--;
            taken.Add((item, answer.Result));
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
    public void A_request_that_cannot_be_started_leaves_the_buffer_as_it_was()
    {
        using var buffer = new OrderedRequestBuffer<int, int>(1, _ => throw new InvalidOperationException("no"), FailToTake);
        Assert.Throws<InvalidOperationException>(() => buffer.Add(0));
        buffer.Complete();
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
