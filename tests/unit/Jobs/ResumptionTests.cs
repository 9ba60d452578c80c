using VodPreheat.Client.Jobs;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Jobs;

/// <summary>What a run takes over from earlier ones.</summary>
public sealed class ResumptionTests
{
    private static readonly DateTimeOffset s_since = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_newest_task_of_a_URL_decides()
    {
        Resumption found = Find(["a", "b", "c"], Task("new", 20, "a"), Task("old", 10, "a", "b", "other"));
        Assert.Equal([("new", "a"), ("old", "b")], found.Tasks.Select(static task => (task.Submission.TaskId!, string.Join(',', task.Urls))));
        Assert.Equal(0, found.AcceptedShortlyBefore);
    }

    [Fact]
    public void Each_URL_of_a_task_is_resumed_once()
    {
        Resumption found = Find(["a", "b"], Task("t", 10, "a", "a", "b"), Task("t", 5, "b"));
        Assert.Equal(["a", "b"], Assert.Single(found.Tasks).Urls);
    }

    [Fact]
    public void A_submission_without_a_task_or_of_another_project_says_nothing()
    {
        Submission foreign = Task("foreign", 30, "a") with { ProjectId = "another" };
        Resumption found = Find(["a"], foreign, Task(null, 25, "a"), Task("mine", 10, "a"));
        Assert.Equal("mine", Assert.Single(found.Tasks).Submission.TaskId);
        Assert.Empty(Find(["a"], foreign, Task(null, 25, "a")).Tasks);
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(-1, 0, 1)]
    [InlineData(-15, 0, 1)]
    [InlineData(-16, 0, 0)]
    public void Only_what_was_accepted_at_the_time_or_later_is_resumed_and_what_was_shortly_before_is_counted(int minutes, int resumed, int before)
    {
        Resumption found = Find(["a", "b"], Task("t", minutes, "a", "x"));
        Assert.Equal((resumed, before), (found.Tasks.Count, found.AcceptedShortlyBefore));
    }

    [Fact]
    public void What_is_resumed_was_not_accepted_shortly_before()
    {
        Resumption found = Find(["a", "b"], Task("late", 1, "a"), Task("early", -1, "a", "b"));
        Assert.Equal((1, 1), (found.Tasks.Count, found.AcceptedShortlyBefore));
    }

    [Fact]
    public void The_smallest_and_the_largest_time_are_valid()
    {
        Assert.Single(Find(DateTimeOffset.MinValue, ["a"], Task("t", 0, "a")).Tasks);
        Assert.Empty(Find(DateTimeOffset.MaxValue, ["a"], Task("t", 0, "a")).Tasks);
        foreach (int hours in new[] { 0, -8, 8 })
        {
            // The time or the time of day is less than the difference between clocks.
            Assert.Single(Find(new DateTimeOffset(DateTime.MinValue.AddMinutes(1 + Math.Max(0, 60 * hours)), TimeSpan.FromHours(hours)), ["a"], Task("t", 0, "a")).Tasks);
        }
    }

    [Fact]
    public void The_journal_is_read_only_as_far_as_is_needed()
    {
        int read = 0;
        IEnumerable<Submission> Endless()
        {
            while (true)
            {
                read++;
                yield return Task("t", -60, "a");
            }
        }

        Assert.Empty(Resumption.Find(Endless(), static _ => true, new HashSet<string> { "a" }, s_since).Tasks);
        Assert.Equal(1000, read);
    }

    private static Submission Task(string? taskId, int minutes, params string[] urls) =>
        TestJournal.Submission(at: s_since.AddMinutes(minutes), taskId: taskId) with { Urls = urls };

    private static Resumption Find(string[] urls, params Submission[] newestFirst) => Find(s_since, urls, newestFirst);

    private static Resumption Find(DateTimeOffset since, string[] urls, params Submission[] newestFirst) =>
        Resumption.Find(newestFirst, static submission => submission.ProjectId == TestClient.ProjectId, urls.ToHashSet(StringComparer.Ordinal), since);
}
