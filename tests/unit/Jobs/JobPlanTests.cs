using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Jobs;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;
using static VodPreheat.UnitTests.Jobs.JobSamples;

namespace VodPreheat.UnitTests.Jobs;

public sealed class JobPlanTests : IDisposable
{
    private static readonly DateTimeOffset s_today = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ManualClock _clock = new();
    private readonly TestJournal _journal;
    private readonly FakeNetwork _network = new(Answers.Good);
    private readonly VodClient _client;

    public JobPlanTests()
    {
        _clock.SetUtcNow(s_today);
        _journal = new TestJournal(_clock);
        _client = _journal.Client(_network);
    }

    public void Dispose()
    {
        _client.Dispose();
        _network.Dispose();
        _journal.Dispose();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(10, 1)]
    [InlineData(300, 30)]
    [InlineData(301, 31)]
    public void Requests_are_full(int urls, int requests) =>
        Assert.Equal((urls, requests, 0, 0, 0), Read(Plan(Urls(urls), resumeSince: null)));

    [Fact]
    public async Task What_is_in_tasks_is_not_counted_as_a_submission()
    {
        await _journal.AddAsync(TestJournal.Submission(at: s_today.AddHours(-1), taskId: "t") with { Urls = Urls(100) });
        await _journal.AddAsync(TestJournal.Submission(at: s_today.AddDays(-1), taskId: "old") with { Urls = Urls(150) });
        await _journal.AddAsync(TestJournal.Submission(at: s_today.AddMinutes(-5), errorCode: "VOD.10053") with { Urls = Urls(300) });
        string[] list = [.. Urls(300), "nonsense", .. Urls(5)];

        Assert.Equal((200, 20, 100, 1, 100), Read(Plan(list, s_today.AddHours(-2))));
        Assert.Equal((300, 30, 0, 1, 100), Read(Plan(list, resumeSince: null)));
        Assert.Equal((150, 15, 150, 1, 100), Read(Plan(list, s_today.AddDays(-2))));
        Assert.Equal(0, _network.Count);
        Assert.Equal(6, _journal.Lines.Length);
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_is_an_error_only_to_resume_from_it()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("file"), "x");
        using VodClient client = TestClient.Create(TestClient.Endpoint, TestClient.Settings(_network), SubmissionJournal.OfThisMachine(
            name => name == JournalLocation.Variable ? folder.File("file") : null));
        Assert.Null(JobPlan.Of(client, Urls(1), resumption: null, TestClient.Context(), _clock).SubmittedToday);
        VodClientException failure = Assert.Throws<VodClientException>(
            () => Resumption.Find(client, Urls(1), s_today, TestClient.Context()));
        Assert.Equal(ErrorIds.JournalUnavailable, failure.ErrorCode);
    }

    private static (int, int, int, int, int?) Read(JobPlan plan) => (plan.ToSubmit, plan.Requests, plan.InTasks, plan.Invalid, plan.SubmittedToday);

    private JobPlan Plan(string[] urls, DateTimeOffset? resumeSince) =>
        JobPlan.Of(_client, urls, resumeSince is { } since ? Resumption.Find(_client, urls, since, TestClient.Context()) : null, TestClient.Context(), _clock);
}
