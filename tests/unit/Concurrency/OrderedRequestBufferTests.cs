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
        using var window = new OrderedRequestBuffer<int, int>(most, item =>
        {
            Assert.True(++inFlight <= most);
            var answer = new TaskCompletionSource<int>();
            open.Add((item, answer));
            return answer.Task;
        });

        // The requests end in any order, one each time that nobody has anything to do.
        void EndOne()
        {
            if (open.Count > 0)
            {
                int at = random.Next(open.Count);
                open[at].Answer.SetResult(open[at].Item);
                open.RemoveAt(at);
            }
        }

        void Take()
        {
            TaskWaiter.For(window.Next, s_idle, EndOne, CancellationToken.None);
            (int item, Task<int> answer) = window.Take();
            Assert.True(answer.IsCompletedSuccessfully);
            inFlight--;
            taken.Add((item, answer.Result));
        }

        foreach (int item in items)
        {
            window.Add(item, Take);
        }

        while (!window.IsEmpty)
        {
            Take();
        }

        Assert.Equal(items.Select(item => (item, item)), taken);
    }

    [Fact]
    public void An_answer_is_returned_as_soon_as_all_answers_before_it()
    {
        TaskCompletionSource<int>[] answers = [new(), new(), new(), new()];
        var taken = new List<int>();
        using var window = new OrderedRequestBuffer<int, int>(4, item => answers[item].Task);
        void Take() => taken.Add(window.Take().Item);

        window.Add(0, Take);
        window.Add(1, Take);
        answers[1].SetResult(1);
        window.Add(2, Take);
        Assert.Empty(taken);
        answers[0].SetResult(0);
        window.Add(3, Take);
        Assert.Equal([0, 1], taken);
        Assert.False(window.IsEmpty);
    }

    [Fact]
    public void A_failure_is_returned_in_its_turn_and_the_next_answer_follows()
    {
        var taken = new List<Task<int>>();
        using var window = new OrderedRequestBuffer<int, int>(2, item => item == 0
            ? Task.FromException<int>(new InvalidOperationException("boom"))
            : Task.FromResult(item));
        window.Add(0, () => taken.Add(window.Take().Answer));
        window.Add(1, () => taken.Add(window.Take().Answer));
        Assert.Collection(
            taken,
            failed => Assert.Equal("boom", failed.Exception?.InnerException?.Message),
            good => Assert.True(good.IsCompletedSuccessfully));
    }

    [Fact]
    public void A_request_that_cannot_be_started_does_not_change_the_buffer()
    {
        using var window = new OrderedRequestBuffer<int, int>(1, _ => throw new InvalidOperationException("no"));
        Assert.Throws<InvalidOperationException>(() => window.Add(0, static () => Assert.Fail("There is nothing to take.")));
        Assert.True(window.IsEmpty);
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

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void LeaveFailures(string mark)
    {
        var late = new TaskCompletionSource<int>();
        using (var window = new OrderedRequestBuffer<int, int>(2, item => item == 0 ? late.Task : Task.FromException<int>(new InvalidOperationException(mark))))
        {
            window.Add(0, static () => Assert.Fail("There is nothing to take."));
            window.Add(1, static () => Assert.Fail("There is nothing to take."));
        }

        late.SetException(new InvalidOperationException(mark));
    }
}
