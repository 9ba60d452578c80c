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
            if (window.IsFull)
            {
                Take();
            }

            window.Add(item);
        }

        while (!window.IsEmpty)
        {
            Take();
        }

        Assert.Equal(items.Select(item => (item, item)), taken);
    }

    [Fact]
    public void The_next_answer_is_ready_only_when_the_oldest_request_has_ended()
    {
        TaskCompletionSource<int>[] answers = [new(), new()];
        using var window = new OrderedRequestBuffer<int, int>(2, item => answers[item].Task);
        Assert.False(window.IsNextReady);
        window.Add(0);
        window.Add(1);
        Assert.True(window.IsFull);
        answers[1].SetResult(1);
        Assert.False(window.IsNextReady);
        answers[0].SetResult(0);
        Assert.True(window.IsNextReady);
    }

    [Fact]
    public async Task A_failed_answer_is_taken_in_its_turn_and_the_next_one_follows()
    {
        using var window = new OrderedRequestBuffer<int, int>(2, item => item == 0
            ? Task.FromException<int>(new InvalidOperationException("boom"))
            : Task.FromResult(item));
        window.Add(0);
        window.Add(1);
        Assert.Equal("boom", window.Take().Answer.Exception?.InnerException?.Message);
        Assert.Equal(1, await window.Take().Answer);
    }

    [Fact]
    public void A_request_that_cannot_be_started_leaves_the_window_as_it_was()
    {
        using var window = new OrderedRequestBuffer<int, int>(1, _ => throw new InvalidOperationException("no"));
        Assert.Throws<InvalidOperationException>(() => window.Add(0));
        Assert.True(window.IsEmpty);
    }

    [Fact]
    public void Disposing_looks_at_failures_that_nobody_takes()
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
            window.Add(0);
            window.Add(1);
        }

        late.SetException(new InvalidOperationException(mark));
    }
}
