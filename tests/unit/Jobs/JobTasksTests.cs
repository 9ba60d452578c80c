using VodPreheat.Client.Jobs;
using VodPreheat.Client.Polling;
using VodPreheat.Client.Preheating;

namespace VodPreheat.UnitTests.Jobs;

public sealed class JobTasksTests
{
    private readonly JobTasks _tasks = new();

    [Fact]
    public void A_URL_that_has_finished_is_no_longer_open()
    {
        Add("t", "https://a/1", "https://a/2", "https://a/3");
        Assert.Equal([("https://a/1", "succeed"), ("https://a/2", "processing")], Handle("t", false, ("https://a/1", "succeed"), ("https://a/2", "processing")));
        Assert.Equal(["https://a/2", "https://a/3"], _tasks.Urls.Select(static url => url.Url));
        Assert.Equal([("https://a/2", "failed")], Handle("t", false, ("https://a/1", "failed"), ("https://a/2", "failed"), ("https://a/4", "failed")));
        Assert.False(_tasks.IsEmpty);
    }

    [Fact]
    public void Only_a_task_that_has_ended_has_URLs_without_a_result_or_with_that_of_an_equivalent_URL()
    {
        Add("t", "https://a/1", "https://a/2");
        Assert.Empty(Handle("t", false, ("https://A/1", "succeed")));
        Assert.Equal([("https://a/1", "succeed"), ("https://a/2", null)], Handle("t", true, ("https://A/1", "succeed"), ("https://A/9", "succeed")));
        Assert.True(_tasks.IsEmpty);
    }

    [Fact]
    public void A_task_that_is_added_again_has_the_URLs_of_both()
    {
        Add("t", "https://a/1");
        Assert.Equal(["https://a/1", "https://a/2"], Add("t", "https://a/2").Select(static url => url.Url));
        Assert.Equal([("https://a/2", "failed")], Handle("t", false, ("https://a/2", "failed")));
        _tasks.Clear();
        Assert.True(_tasks.IsEmpty);
    }

    [Fact]
    public void An_answer_that_is_no_longer_waited_for_is_about_no_URL()
    {
        Add("t", "https://a/1");
        _tasks.Clear();
        Add("t2", "https://a/2");
        Assert.Empty(Handle("t", true, ("https://a/1", "succeed")));
        Assert.Equal(["https://a/2"], _tasks.Urls.Select(static url => url.Url));
    }

    private IReadOnlyList<JobUrl> Add(string taskId, params string[] urls) => _tasks.Add(taskId, urls.Select(static url => new JobUrl(url)));

    private IEnumerable<(string, string?)> Handle(string taskId, bool hasEnded, params (string Url, string Status)[] results) => _tasks
        .Handle(new PollAnswer(taskId, [.. results.Select(static result => new UrlResult(result.Url, result.Status))], Failure: null, hasEnded))
        .Select(static answered => (answered.Url.Url, answered.Status));
}
