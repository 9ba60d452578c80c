using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Jobs;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;
using static VodPreheat.UnitTests.Jobs.JobSamples;

namespace VodPreheat.UnitTests.Jobs;

/// <summary>The complete job with a service on a fake clock.</summary>
[Collection(nameof(TestsThatRunAlone))]
public sealed partial class PreheatJobTests : IDisposable
{
    private readonly EventClock _clock = new();
    private readonly SubmissionJournal _journal = SubmissionJournal.InMemory();
    private readonly FakeCloud _cloud;
    private readonly VodClient _client;

    public PreheatJobTests()
    {
        _cloud = new FakeCloud(_clock);
        _client = Connect();
    }

    public static TheoryData<string> Refusals => ["VOD.10053", "VOD.10062", "VOD.10060", "VOD.10088", "VOD.10081"];

    /// <summary>Situations of a submission or a query by name, and the answer.</summary>
    public static TheoryData<string> Faults => [.. JobFaults.All.Keys];

    public void Dispose()
    {
        _client.Dispose();
        _cloud.Dispose();
    }

    [Fact]
    public async Task Every_URL_is_submitted_waited_for_and_reported_once()
    {
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync([.. Urls(25), .. Urls(3), "https://cdn.example.com/A.mp4", "https://cdn.example.com/a.mp4"]);

        AssertOnce(27, outcomes);
        Assert.All(outcomes, outcome => Assert.Equal(("succeed", 1, null), (outcome.Status, outcome.Attempts, outcome.ErrorCode)));
        Assert.All(outcomes, outcome => Assert.True(outcome.TaskId is not null && outcome.SubmittedAt < outcome.EndedAt));
        Assert.Equal((3, null, false), (_cloud.Posts, job.Failure, job.HasTimedOut));
        Assert.Equal(new JobProgress(27, 27, 27, 0), job.Progress);
    }

    [Fact]
    public async Task An_invalid_URL_is_rejected_and_not_sent()
    {
        (_, UrlOutcome[] outcomes) = await RunAsync(["nonsense", "ftp://cdn.example.com/a", .. Urls(1)]);
        Assert.Equal([("nonsense", "rejected", 0), ("ftp://cdn.example.com/a", "rejected", 0), (Urls(1)[0], "succeed", 1)],
            outcomes.Select(outcome => (outcome.Url, outcome.Status, outcome.Attempts)));
        Assert.All(outcomes[..2], outcome => Assert.Equal(ErrorIds.InvalidUrl, outcome.ErrorCode));
        Assert.Equal(Urls(1), _cloud.Accepted);
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refused_request_is_divided_until_the_refused_URLs_are_found(string code)
    {
        string[] bad = [Url(3), Url(17), Url(18)];
        _cloud.OnSubmit = (_, urls) => urls.Any(bad.Contains) ? Answers.Error(400, code, "expected") : null;
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(25));

        AssertOnce(25, outcomes);
        Assert.Equal(bad, outcomes.Where(outcome => outcome.Status == "rejected").Select(outcome => outcome.Url).Order(s_byNumber));
        Assert.All(outcomes.Where(outcome => outcome.Status == "rejected"), outcome => Assert.Equal((code, 1), (outcome.ErrorCode, outcome.Attempts)));
        Assert.Equal(22, outcomes.Count(outcome => outcome.Status == "succeed"));
        Assert.Equal(22, _cloud.Accepted.Distinct().Count());
        Assert.Equal(22, _cloud.Accepted.Count);
        Assert.InRange(_cloud.Posts, 3, 3 + (3 * 8));
        Assert.Null(job.Failure);
    }

    [Theory]
    [InlineData(0, 1, "failed")]
    [InlineData(1, 2, "failed")]
    [InlineData(2, 3, "succeed")]
    [InlineData(5, 3, "succeed")]
    public async Task A_failed_URL_is_submitted_again_up_to_the_maximum(int maximum, int attempts, string status)
    {
        _cloud.EndOf = (url, round) => url == Url(2) && round < 3 ? "failed" : "succeed";
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(12), new() { MaximumResubmit = maximum });

        AssertOnce(12, outcomes);
        UrlOutcome outcome = Assert.Single(outcomes, outcome => outcome.Url == Url(2));
        Assert.Equal((status, attempts), (outcome.Status, outcome.Attempts));
        Assert.Equal(11 + attempts, _cloud.Accepted.Count);

        // The first ten URLs are in task 1, the others in task 2.
        Assert.Equal(attempts == 1 ? "task1" : $"task{attempts + 1}", outcome.TaskId);
    }

    [Theory]
    [InlineData("503", "unknown")]
    [InlineData("illegal", "rejected")]
    public async Task A_URL_that_failed_keeps_its_task_when_it_is_not_accepted_again(string fault, string status)
    {
        _cloud.EndOf = static (_, _) => "failed";
        _cloud.OnSubmit = (number, _) => number == 1 ? null : JobFaults.All[fault];
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(1), new() { MaximumResubmit = 3 });
        UrlOutcome outcome = Assert.Single(outcomes);
        Assert.Equal((status, 2, "task1"), (outcome.Status, outcome.Attempts, outcome.TaskId));
    }

    [Fact]
    public async Task A_used_up_quota_ends_the_submissions_and_accepted_tasks_are_waited_for()
    {
        _cloud.Quota = 20;
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(45), new() { MaximumResubmit = 3 });

        AssertOnce(45, outcomes);
        Assert.Equal((20, 25), (outcomes.Count(outcome => outcome.Status == "succeed"), outcomes.Count(outcome => outcome.Status == "notSubmitted")));
        Assert.All(outcomes.Where(outcome => outcome.Status == "notSubmitted"), outcome => Assert.Equal(("VOD.10086", 0), (outcome.ErrorCode, outcome.Attempts)));
        Assert.Equal((3, FailureKind.QuotaExceeded), (_cloud.Posts, job.Failure?.Kind));
        Assert.All(outcomes[..25], static outcome => Assert.Equal("notSubmitted", outcome.Status));
        Assert.All(outcomes.Where(outcome => outcome.Status == "notSubmitted"), outcome => Assert.Equal(job.Failure!.What, outcome.Detail));
    }

    [Fact]
    public async Task What_failed_before_the_quota_was_used_up_remains_failed()
    {
        _cloud.Quota = 10;
        _cloud.EndOf = static (_, _) => "failed";
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(10), new() { MaximumResubmit = 3 });
        AssertOnce(10, outcomes);
        Assert.All(outcomes, outcome => Assert.Equal(("failed", 1, "VOD.10086"), (outcome.Status, outcome.Attempts, outcome.ErrorCode)));
    }

    [Fact]
    public async Task A_refused_key_causes_one_request_and_is_in_every_outcome()
    {
        _cloud.OnSubmit = static (_, _) => Answers.Unauthorized;
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(45));
        AssertOnce(45, outcomes);
        Assert.All(outcomes, outcome => Assert.Equal(("notSubmitted", "APIGW.0301"), (outcome.Status, outcome.ErrorCode)));
        Assert.Equal((1, 0, FailureKind.Authentication), (_cloud.Posts, _cloud.Gets, job.Failure?.Kind));
    }

    [Fact]
    public async Task A_key_that_is_refused_after_some_submissions_ends_the_job_immediately()
    {
        _cloud.OnSubmit = static (number, _) => number < 3 ? null : Answers.Unauthorized;
        _cloud.SubmissionsPerMinute = 2;
        DateTimeOffset start = _clock.GetUtcNow();
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(45), new() { PollInterval = TimeSpan.FromHours(1), Timeout = TimeSpan.FromHours(3) });
        AssertOnce(45, outcomes);
        Assert.Equal((20, 25), (outcomes.Count(outcome => outcome.Status == "processing"), outcomes.Count(outcome => outcome.Status == "notSubmitted")));
        Assert.Equal(FailureKind.Authentication, job.Failure?.Kind);
        Assert.InRange(_clock.GetUtcNow() - start, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3));
    }

    [Fact]
    public async Task After_the_quota_is_used_up_a_failed_URL_is_reported_when_it_fails()
    {
        _cloud.SubmissionsPerMinute = 1;
        _cloud.Quota = 20;
        _cloud.EndOf = static (url, _) => url == Url(1) ? "failed" : "succeed";
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(30), new() { MaximumResubmit = 3 });
        AssertOnce(30, outcomes);
        UrlOutcome failed = Assert.Single(outcomes, outcome => outcome.Status == "failed");
        Assert.True(failed.EndedAt < outcomes.Single(outcome => outcome.Url == Url(11)).EndedAt);
        Assert.Equal("VOD.10086", failed.ErrorCode);
    }

    [Fact]
    public async Task A_token_that_expires_during_the_wait_leaves_tasks_processing()
    {
        _cloud.OnQuery = (number, _) => number < 5 ? null : Answers.Error(401, "APIGW.0307", "The token must be updated.");
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(25));
        AssertOnce(25, outcomes);
        Assert.All(outcomes, outcome => Assert.Equal(("processing", "APIGW.0307", null), (outcome.Status, outcome.ErrorCode, outcome.EndedAt)));
        Assert.Equal(FailureKind.Authentication, job.Failure?.Kind);
    }

    [Fact]
    public async Task When_the_time_is_up_every_URL_has_its_current_status()
    {
        _cloud.SubmissionsPerMinute = 1;
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(45), new() { Timeout = TimeSpan.FromSeconds(90) });
        AssertOnce(45, outcomes);
        Assert.Equal((20, 25), (outcomes.Count(outcome => outcome.Status == "processing"), outcomes.Count(outcome => outcome.Status == "notSubmitted")));
        Assert.All(outcomes, outcome => Assert.Equal(
            (ErrorIds.WaitTimeout, "The job timed out after 90 s.", null), (outcome.ErrorCode, outcome.Detail, outcome.EndedAt)));
        Assert.Equal((true, null), (job.HasTimedOut, job.Failure));
    }

    [Fact]
    public async Task A_task_that_finished_during_the_last_interval_counts()
    {
        _cloud.LoadTime = TimeSpan.FromSeconds(14);
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(2), new() { Timeout = TimeSpan.FromSeconds(15) });
        Assert.All(outcomes, outcome => Assert.Equal("succeed", outcome.Status));
        Assert.False(job.HasTimedOut);
    }

    [Fact]
    public async Task A_task_that_the_service_no_longer_knows_leaves_its_URLs_unknown()
    {
        _cloud.OnQuery = (number, _) =>
        {
            if (number == 4)
            {
                _cloud.Forget();
            }

            return null;
        };
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(25), new() { MaximumResubmit = 3 });
        AssertOnce(25, outcomes);
        Assert.All(outcomes, outcome => Assert.Equal(("unknown", "VOD.10062"), (outcome.Status, outcome.ErrorCode)));
        Assert.Equal(25, _cloud.Accepted.Count);
    }

    [Fact]
    public async Task Unexpected_results_are_ignored_and_a_URL_without_a_result_is_unknown_when_its_task_has_finished()
    {
        _cloud.OnRows = rows => [.. rows.Where(row => !row.EndsWith(Url(2), StringComparison.Ordinal)), "failed https://cdn.example.com/other.mp4", $"succeed {Url(11)}", rows[0]];
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(10), new() { Timeout = TimeSpan.FromMinutes(10) });
        AssertOnce(10, outcomes);
        Assert.Equal(9, outcomes.Count(outcome => outcome.Status == "succeed"));
        UrlOutcome missing = Assert.Single(outcomes, outcome => outcome.Url == Url(2));
        Assert.Equal(("unknown", ErrorIds.UnexpectedResponse, 1), (missing.Status, missing.ErrorCode, missing.Attempts));
        Assert.Contains("no result", missing.Detail, StringComparison.Ordinal);
        Assert.False(job.HasTimedOut);
    }

    [Fact]
    public async Task A_result_that_is_missing_when_all_others_have_ended_is_used_when_it_comes()
    {
        DateTimeOffset late = _clock.GetUtcNow().AddMinutes(6);
        _cloud.OnRows = rows => [.. rows.Where(row => _clock.GetUtcNow() >= late || !row.EndsWith(Url(2), StringComparison.Ordinal))];
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(3), new() { Timeout = TimeSpan.FromMinutes(10) });
        AssertOnce(3, outcomes);
        Assert.All(outcomes, static outcome => Assert.Equal("succeed", outcome.Status));
        Assert.Equal((Url(2), true, false), (outcomes[2].Url, outcomes[2].EndedAt >= late, job.HasTimedOut));
    }

    [Fact]
    public async Task An_unknown_status_is_neither_an_end_nor_a_success()
    {
        _cloud.EndOf = static (_, _) => "success";
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(2), new() { Timeout = TimeSpan.FromMinutes(10) });
        AssertOnce(2, outcomes);
        Assert.All(outcomes, outcome => Assert.Equal(("success", null), (outcome.Status, outcome.EndedAt)));
        Assert.True(job.HasTimedOut);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Every_URL_is_reported_once_for_any_answers(string fault)
    {
        foreach (int number in new[] { 1, 2, -1 })
        {
            foreach (bool isQuery in new[] { false, true })
            {
                var cloud = new FakeCloud(_clock) { LoadTime = TimeSpan.FromSeconds(30) };
                bool Hits(int request) => number < 0 || request == number;
                if (isQuery)
                {
                    cloud.OnQuery = (request, _) => Hits(request) ? JobFaults.All[fault] : null;
                }
                else
                {
                    cloud.OnSubmit = (request, _) => Hits(request) ? JobFaults.All[fault] : null;
                }

                using VodClient client = Connect(cloud);
                (_, UrlOutcome[] outcomes) = await RunAsync(Urls(25), new() { Timeout = TimeSpan.FromMinutes(3), PollInterval = TimeSpan.FromSeconds(20), MaximumResubmit = 1 }, client);
                AssertOnce(25, outcomes);
                Assert.Equal(cloud.Accepted.Distinct().Count(), cloud.Accepted.Count);
            }
        }
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("503")]
    public async Task A_submission_without_an_answer_is_not_retried(string fault)
    {
        _cloud.OnSubmit = (number, _) => number == 2 ? JobFaults.All[fault] : null;
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(25), new() { MaximumResubmit = 3 });
        AssertOnce(25, outcomes);
        Assert.Equal(Urls(20)[10..], outcomes.Where(outcome => outcome.Status == "unknown").Select(outcome => outcome.Url));
        Assert.Equal((3, 15), (_cloud.Posts, _cloud.Accepted.Count));
    }

    [Theory]
    [InlineData("refused", 20)]
    [InlineData("429 later", 3600)]
    [InlineData("portal", 20)]
    public async Task A_submission_that_was_not_accepted_is_sent_again_after_a_pause(string fault, int seconds)
    {
        DateTimeOffset start = _clock.GetUtcNow();
        _cloud.OnSubmit = (_, _) => _clock.GetUtcNow() == start ? JobFaults.All[fault] : null;
        using VodClient client = Connect(retries: 0);
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(
            Urls(25), new() { PollInterval = TimeSpan.FromSeconds(20), Timeout = TimeSpan.FromHours(3) }, client);
        AssertOnce(25, outcomes);
        Assert.Equal((25, 0, 0, 0), Count(outcomes));
        Assert.Equal(Urls(25), _cloud.Accepted);
        Assert.Equal(start.AddSeconds(seconds), _cloud.AcceptedAt[0]);
        Assert.False(job.HasTimedOut);
    }

    [Fact]
    public async Task The_progress_counts_resumed_and_resubmitted_URLs_once()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        await RunAsync(Urls(20), new() { Timeout = TimeSpan.FromMinutes(1) });
        _cloud.EndOf = (url, round) => url == Url(1) || (url == Url(2) && round == 1) ? "failed" : "succeed";

        using var job = new PreheatJob(_client, Urls(25), new() { Resumption = Find(Urls(25), start), MaximumResubmit = 1 }, TestClient.Context(), _clock);
        Assert.Equal(new JobProgress(25, 20, 0, 0), job.Progress);
        Assert.Equal(25, job.Progress.Open);
        await _clock.RunAsync(() => DrainAsync(job));
        Assert.Equal(new JobProgress(25, 25, 24, 1), job.Progress);
        Assert.Equal(0, job.Progress.Open);
    }

    [Fact]
    public async Task What_a_resumed_job_has_left_is_submitted_at_once_although_earlier_tasks_are_still_open()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        await RunAsync(Urls(20), new() { Timeout = TimeSpan.FromMinutes(1) });

        DateTimeOffset again = _clock.GetUtcNow();
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(25), since: start);
        Assert.Equal((25, 0, 0, 0), Count(outcomes));
        Assert.Equal(again, _cloud.AcceptedAt[^1]);
    }

    [Fact]
    public async Task A_thousand_URLs_at_ten_submissions_a_minute_have_results_before_the_last_is_submitted()
    {
        _cloud.SubmissionsPerMinute = 10;
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(1000));

        AssertOnce(1000, outcomes);
        Assert.All(outcomes, outcome => Assert.Equal("succeed", outcome.Status));
        Assert.Null(job.Failure);
        Assert.Equal(100, _cloud.Posts);
        Assert.True(outcomes[0].EndedAt < _cloud.AcceptedAt[^1], "The first outcome comes before the last submission.");
        Assert.InRange(_cloud.AcceptedAt[^1] - _cloud.AcceptedAt[0], TimeSpan.FromMinutes(8.9), TimeSpan.FromMinutes(12));
        Assert.InRange(_cloud.Throttled, 0, 12);
    }

    [Fact]
    public async Task A_resumed_run_submits_nothing_that_was_accepted_and_did_not_fail()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        await RunAsync(Urls(20), new() { Timeout = TimeSpan.FromMinutes(1) });
        Assert.Equal(20, _cloud.Accepted.Count);

        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(25), since: start);
        AssertOnce(25, outcomes);
        Assert.All(outcomes, outcome => Assert.Equal(("succeed", 1), (outcome.Status, outcome.Attempts)));
        Assert.Equal(Urls(25), _cloud.Accepted);

        int posts = _cloud.Posts;
        (_, outcomes) = await RunAsync(Urls(25), since: start);
        AssertOnce(25, outcomes);
        Assert.All(outcomes, outcome => Assert.Equal("succeed", outcome.Status));
        Assert.Equal(posts, _cloud.Posts);
    }

    [Fact]
    public async Task A_resumed_run_submits_what_failed_was_refused_or_is_unknown()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        _cloud.EndOf = (url, round) => round == 1 && url == Url(1) ? "failed" : "succeed";
        _cloud.OnSubmit = (number, _) => number switch { 2 => JobFaults.All["503"], 3 => Answers.Error(403, "VOD.10086", "quota"), _ => null };
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(30));
        AssertOnce(30, outcomes);
        Assert.Equal((9, 1, 10, 10), Count(outcomes));

        (_, outcomes) = await RunAsync(Urls(30), since: start);
        AssertOnce(30, outcomes);
        Assert.Equal((30, 0, 0, 0), Count(outcomes));
        Assert.Equal([.. Urls(30), Url(1)], _cloud.Accepted);

        _cloud.Forget();
        (_, outcomes) = await RunAsync(Urls(30), since: start);
        AssertOnce(30, outcomes);
        Assert.Equal((30, 0, 0, 0), Count(outcomes));
        Assert.Equal(31 + 30, _cloud.Accepted.Count);
    }

    [Fact]
    public async Task A_resumed_run_uses_only_submissions_of_its_project_and_time()
    {
        await RunAsync(Urls(10));
        _clock.Advance(TimeSpan.FromHours(1));
        await RunAsync(Urls(10), since: _clock.GetUtcNow());
        Assert.Equal(20, _cloud.Accepted.Count);

        using VodClient other = Connect(projectId: "another");
        await RunAsync(Urls(10), client: other, since: DateTimeOffset.MinValue);
        Assert.Equal(30, _cloud.Accepted.Count);
    }

    [Fact]
    public async Task A_resumed_run_queries_no_tasks_of_other_URLs()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        await RunAsync(Urls(10), new() { Timeout = TimeSpan.FromMinutes(1) });
        var queried = new HashSet<string>();
        _cloud.OnQuery = (_, taskId) =>
        {
            queried.Add(taskId);
            return null;
        };
        await RunAsync([Url(50)], since: start);
        Assert.Equal(["task2"], queried);
    }

    [Fact]
    public async Task Only_a_resumed_run_needs_a_journal()
    {
        var off = SubmissionJournal.OfThisMachine(static _ => "off", _clock);
        using VodClient client = TestClient.Create(TestClient.Endpoint, TestClient.Settings(_cloud, _clock), off);
        VodClientException failure = Assert.Throws<VodClientException>(
            () => Resumption.Find(client, Urls(1), _clock.GetUtcNow(), TestClient.Context()));
        Assert.Equal(FailureKind.JournalUnavailable, failure.Kind);
        Assert.Equal(0, _cloud.Posts);
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(1), client: client);
        Assert.Equal("succeed", Assert.Single(outcomes).Status);
    }

    [Fact]
    public async Task The_newest_submission_decides()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        _cloud.EndOf = static (_, round) => round == 1 ? "failed" : "succeed";
        await RunAsync(Urls(1));
        await RunAsync(Urls(1));
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(1), since: start);
        Assert.Equal(("succeed", 1), (outcomes[0].Status, outcomes[0].Attempts));
        Assert.Equal(2, _cloud.Accepted.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("VOD.10086")]
    public async Task A_submission_without_a_task_does_not_hide_an_earlier_task(string? errorCode)
    {
        DateTimeOffset start = _clock.GetUtcNow();
        await RunAsync(Urls(10));

        // Another machine has tried the same at the same time: it was terminated, or its quota was used up.
        await RecordAsync(_clock.GetUtcNow(), Urls(20), taskId: null, errorCode);

        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(20), since: start);
        AssertOnce(20, outcomes);
        Assert.All(outcomes, outcome => Assert.Equal(("succeed", 1), (outcome.Status, outcome.Attempts)));
        Assert.Equal(Urls(20), _cloud.Accepted);
    }

    [Theory]
    [InlineData(-20_000)]
    [InlineData(-2)]
    [InlineData(400)]
    public async Task Lines_of_a_machine_with_an_incorrect_clock_do_not_hide_what_was_written_before(int days)
    {
        DateTimeOffset start = _clock.GetUtcNow();
        await RunAsync(Urls(10));
        for (int i = 0; i < 100; i++)
        {
            await RecordAsync(start.AddDays(days), [Url(100 + i)], taskId: null, "APIGW.0301");
        }

        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(10), since: start);
        AssertOnce(10, outcomes);
        Assert.Equal(Urls(10), _cloud.Accepted);
    }

    [Fact]
    public async Task The_tasks_of_a_machine_whose_clock_is_ahead_are_resumed()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        await RunAsync(Urls(10));
        Submission accepted = _journal.NewestFirst(TestClient.Context()).First();
        await RecordAsync(start.AddMinutes(9), Urls(10), accepted.TaskId);

        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(10), since: start.AddMinutes(8));
        Assert.All(outcomes, outcome => Assert.Equal(("succeed", start.AddMinutes(9)), (outcome.Status, outcome.SubmittedAt)));
        Assert.Equal(10, _cloud.Accepted.Count);
    }

    [Theory]
    [InlineData(-14, true)]
    [InlineData(-16, false)]
    public async Task A_task_from_shortly_before_the_time_to_resume_from_is_not_passed_over_in_silence(int minutes, bool isNear)
    {
        DateTimeOffset since = _clock.GetUtcNow();
        await RecordAsync(since.AddMinutes(minutes), Urls(3), "task-of-a-slow-clock");
        await RecordAsync(since.AddMinutes(minutes), Urls(10)[4..], taskId: null, "VOD.10086");
        await RecordAsync(since, Urls(1), "task-of-this-clock");

        InvocationContext context = TestClient.Context();
        using var job = new PreheatJob(_client, Urls(12), new() { Resumption = Find(Urls(12), since, context) }, context, _clock);
        string[] warnings = TestJournal.WarningsOf(context);
        Assert.Equal(isNear ? 1 : 0, warnings.Length);
        Assert.All(warnings, warning => Assert.StartsWith("According to the journal, 2 of the URLs ", warning, StringComparison.Ordinal));
        Assert.Equal(1, job.Progress.Submitted);
    }

    [Fact]
    public async Task Cancellation_ends_the_job_immediately()
    {
        using var stop = new CancellationTokenSource();
        using var job = new PreheatJob(_client, Urls(25), new(), new InvocationContext(stop.Token), _clock);
        Task<UrlOutcome?> next = job.NextAsync();
        await stop.CancelAsync();
        await TestClient.AssertCanceledAsync(next);
    }

    private static readonly Comparer<string> s_byNumber = Comparer<string>.Create((a, b) => Number(a).CompareTo(Number(b)));

    private static int Number(string url) => int.Parse(url.Split('/')[^1].Split('.')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static (int Loaded, int Failed, int Unknown, int NotSubmitted) Count(UrlOutcome[] outcomes) => (
        outcomes.Count(outcome => outcome.Status == "succeed"),
        outcomes.Count(outcome => outcome.Status == "failed"),
        outcomes.Count(outcome => outcome.Status == OutcomeStatus.Unknown),
        outcomes.Count(outcome => outcome.Status == OutcomeStatus.NotSubmitted));

    private static void AssertOnce(int count, UrlOutcome[] outcomes)
    {
        Assert.Equal(count, outcomes.Length);
        Assert.Equal(count, outcomes.Select(outcome => outcome.Url).Distinct(StringComparer.Ordinal).Count());
    }

    private VodClient Connect(FakeCloud? cloud = null, string projectId = TestClient.ProjectId, int retries = 3, int submissionsPerMinute = 100, int requestsPerMinute = 0) =>
        TestClient.Create(
            TestClient.Endpoint, TestClient.Settings(cloud ?? _cloud, _clock, retries, requestsPerMinute, submissionsPerMinute), _journal, projectId: projectId);

    [Fact]
    public async Task A_time_to_resume_from_that_is_in_the_future_submits_every_URL_with_a_warning()
    {
        foreach ((DateTimeOffset since, int warnings) in new[] { (_clock.GetUtcNow().AddSeconds(1), 1), (DateTimeOffset.MaxValue, 1), (_clock.GetUtcNow(), 0) })
        {
            InvocationContext context = TestClient.Context();
            using var job = new PreheatJob(_client, Urls(1), new() { Resumption = Find(Urls(1), since, context) }, context, _clock);
            Assert.Equal(warnings, TestJournal.WarningsOf(context).Count(static text => text.Contains("future", StringComparison.Ordinal)));
            Assert.Equal("succeed", Assert.Single(await _clock.RunAsync(() => DrainAsync(job))).Status);
        }

        Assert.Equal(2, _cloud.Posts);
    }

    private async Task<(PreheatJob Job, UrlOutcome[] Outcomes)> RunAsync(
        string[] urls, PreheatJobSettings? settings = null, VodClient? client = null, DateTimeOffset? since = null)
    {
        client ??= _client;
        settings ??= new() { Resumption = since is { } time ? Resumption.Find(client, urls, time, TestClient.Context()) : null };
        using var job = new PreheatJob(client, urls, settings, TestClient.Context(), _clock);
        return (job, await _clock.RunAsync(() => DrainAsync(job)));
    }

    private Resumption Find(string[] urls, DateTimeOffset since, InvocationContext? context = null) =>
        Resumption.Find(_client, urls, since, context ?? TestClient.Context());

    private async Task RecordAsync(DateTimeOffset at, string[] urls, string? taskId, string? errorCode = null)
    {
        Submission submission = TestJournal.Submission(at: at) with { Urls = urls };
        await _journal.AnnounceAsync(submission, TestClient.Context());
        if (taskId is not null || errorCode is not null)
        {
            await _journal.ConcludeAsync(submission with { TaskId = taskId, ErrorCode = errorCode }, isAnnounced: true, TestClient.Context());
        }
    }
}
