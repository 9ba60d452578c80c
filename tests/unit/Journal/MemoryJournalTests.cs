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
        Assert.True(await journal.AnnounceAsync(first, TestClient.Scope()));
        Assert.True(await journal.AnnounceAsync(second, TestClient.Scope()));
        Assert.Equal([second, first], journal.NewestFirst(TestClient.Scope()));

        await journal.ConcludeAsync(first with { TaskId = "t1" }, isAnnounced: true, TestClient.Scope());
        Assert.Equal(["t1", null], journal.OldestFirst(static _ => true, 2, TestClient.Scope()).Select(static submission => submission.TaskId));
        Assert.Equal([second], journal.OldestFirst(static _ => true, 1, TestClient.Scope()));
        Assert.Equal(["t1"], journal.OldestFirst(static submission => submission.TaskId is not null, 2, TestClient.Scope()).Select(static submission => submission.TaskId));
    }
}
