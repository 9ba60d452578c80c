using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Journal;

public sealed class MemoryJournalTests
{
    [Fact]
    public async Task A_submission_is_recorded_before_and_after_it_is_sent()
    {
        var journal = SubmissionJournal.InMemory();
        Submission first = TestJournal.Submission("https://a/1");
        Submission second = TestJournal.Submission("https://a/2");
        Assert.True(await journal.AnnounceAsync(first, TestClient.Context()));
        Assert.True(await journal.AnnounceAsync(second, TestClient.Context()));
        Assert.Equal([second, first], journal.NewestFirst(TestClient.Context()));

        await journal.ConcludeAsync(first with { TaskId = "t1" }, isAnnounced: true, TestClient.Context());
        Assert.Equal(["t1", null], journal.OldestFirst(static _ => true, 2, TestClient.Context()).Select(static submission => submission.TaskId));
        Assert.Equal([second], journal.OldestFirst(static _ => true, 1, TestClient.Context()));
        Assert.Equal(["t1"], journal.OldestFirst(static submission => submission.TaskId is not null, 2, TestClient.Context()).Select(static submission => submission.TaskId));
    }
}
