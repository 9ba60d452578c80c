using VodPreheat.Client.Polling;
using VodPreheat.Client.Preheating;

namespace VodPreheat.UnitTests.Polling;

public sealed class OpenTasksTests
{
    private readonly OpenTasks _tasks = new();

    [Fact]
    public void The_task_that_has_waited_longest_is_next()
    {
        Add("late", 2);
        Add("first", 1);
        Add("second", 1);
        OpenTask first = _tasks.Take();
        Assert.Equal(("first", true, TimeSpan.FromSeconds(1)), (first.Id, _tasks.Next.IsAnyQueried, _tasks.Next.Due));
        _tasks.Return(first, TimeSpan.FromSeconds(1));
        Assert.False(_tasks.Next.IsAnyQueried);
        Assert.Equal(["second", "first", "late"], Enumerable.Range(0, 3).Select(_ => _tasks.Take().Id));
        Assert.Null(_tasks.Next.Due);
        Assert.Equal(["late", "first", "second"], _tasks.Ids);
    }

    [Fact]
    public void A_task_is_added_once_while_it_is_open()
    {
        Add("t", 1);
        Add("t", 0);
        Assert.Equal((1, 1, TimeSpan.FromSeconds(1)), (_tasks.Count, _tasks.Progress.Tasks, _tasks.Next.Due));
        Assert.True(_tasks.SetResults(_tasks.Take(), [new UrlResult("u", "succeed")]));
        Add("t", 2);
        Assert.Equal((1, 2, 1), (_tasks.Count, _tasks.Progress.Tasks, _tasks.Progress.TasksEnded));
    }

    [Fact]
    public void Counts_of_a_task_that_has_ended_remain_and_those_of_one_that_cannot_be_queried_do_not()
    {
        Add("good", 0, urlCount: 2);
        Add("bad", 0, urlCount: 3);
        Assert.Equal(new PollProgress(2, 0, 0, 0, 5), _tasks.Progress);
        Assert.False(_tasks.SetResults(_tasks.Take(), [new UrlResult("u", "succeed"), new UrlResult("v", "processing")]));
        Assert.Equal((2, 0), (_tasks.LastResults("good").Count, _tasks.LastResults("bad").Count));
        _tasks.Remove(_tasks.Take());
        Assert.Equal(new PollProgress(2, 1, 1, 0, 1), _tasks.Progress);
    }

    [Fact]
    public async Task An_added_task_is_announced_once()
    {
        Task added = _tasks.NextAdded();
        Assert.False(added.IsCompleted);
        Add("t", 0);
        await added;
        Assert.False(_tasks.NextAdded().IsCompleted);
    }

    private void Add(string id, int due, int urlCount = 0) => _tasks.Add(id, urls: null, urlCount, TimeSpan.FromSeconds(due));
}
