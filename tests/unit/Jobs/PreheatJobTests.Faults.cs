using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Jobs;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;
using static VodPreheat.UnitTests.Jobs.JobSamples;

namespace VodPreheat.UnitTests.Jobs;

/// <content>Faults that concern more than one request: outages, refusals while another request is under way, disconnects.</content>
public sealed partial class PreheatJobTests
{
    [Theory]
    [InlineData("503")]
    [InlineData("500")]
    [InlineData("403 internal")]
    [InlineData("reset")]
    [InlineData("html")]
    public async Task An_outage_does_not_use_up_the_list(string fault)
    {
        DateTimeOffset end = _clock.GetUtcNow().AddMinutes(2);
        _cloud.OnSubmit = (_, _) => _clock.GetUtcNow() < end ? JobFaults.All[fault] : null;
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(1000));

        AssertOnce(1000, outcomes);
        Assert.InRange(Count(outcomes).Unknown, 20, 60);
        Assert.Equal(1000, Count(outcomes).Loaded + Count(outcomes).Unknown);
        Assert.Equal((false, null), (job.HasTimedOut, job.Failure));
        Assert.Equal(_cloud.Accepted.Count, _cloud.Accepted.Distinct().Count());
    }

    [Fact]
    public async Task Submitting_pauses_for_an_interval_and_longer_each_time()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        var posts = new List<double>();
        _cloud.OnSubmit = (_, _) =>
        {
            posts.Add((_clock.GetUtcNow() - start).TotalSeconds);
            return posts.Count < 7 ? JobFaults.All["503"] : posts.Count == 8 ? Answers.Error(503, "VOD.10051", "m", ("Retry-After", "200")) : null;
        };
        await RunAsync(Urls(100));
        Assert.Equal([0, 10, 30, 70, 130, 190, 250, 250, 450, 450], posts);
    }

    [Fact]
    public async Task The_last_submission_of_an_outage_is_an_interval_before_the_timeout()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        _cloud.OnSubmit = (_, _) => _clock.GetUtcNow() - start < TimeSpan.FromSeconds(80) ? JobFaults.All["503"] : null;
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(50), new() { Timeout = TimeSpan.FromSeconds(100), PollInterval = TimeSpan.FromSeconds(15) });
        Assert.Equal(30, Count(outcomes).Unknown);
        Assert.Equal(20, outcomes.Count(static outcome => outcome.Status == "processing"));
        Assert.All(_cloud.AcceptedAt, at => Assert.Equal(85, (at - start).TotalSeconds));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(200)]
    public async Task A_service_that_cannot_be_reached_does_not_delay_the_end(int requests)
    {
        DateTimeOffset start = _clock.GetUtcNow();
        _cloud.OnQuery = static (_, _) => JobFaults.All["refused"];
        _cloud.OnSubmit = (number, _) => number <= requests / 2 ? null : JobFaults.All["refused"];
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(10 * requests), new() { Timeout = TimeSpan.FromSeconds(60) });
        AssertOnce(10 * requests, outcomes);
        Assert.InRange((_clock.GetUtcNow() - start).TotalSeconds, 60, 70);
        Assert.True(job.HasTimedOut);
        Assert.Equal(10 * (requests - (requests / 2)), Count(outcomes).NotSubmitted);
        Assert.All(outcomes, static outcome => Assert.StartsWith(
            "The job timed out after 60 s. The last request failed: No connection to", outcome.Detail, StringComparison.Ordinal));

        // Three were tried with their retries; after that, one at a time, and not more often than at the interval.
        Assert.InRange(_cloud.Posts + _cloud.Gets - (requests / 2), 4, 4 * (8 + 3 + (2 * 7) + 4));
    }

    [Fact]
    public async Task A_journal_that_cannot_be_written_any_more_ends_submitting_and_accepted_tasks_are_waited_for()
    {
        using var folder = new TempFolder();
        SubmissionJournal journal = SubmissionJournal.OfThisMachine(
            name => name != "VODPREHEAT_JOURNAL" ? null : _cloud.Posts < 2 ? folder.Path : "not/a/full/path", _clock);
        using VodClient client = TestClient.Create(TestClient.Endpoint, TestClient.Settings() with { Network = () => _cloud, Clock = _clock }, journal);
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(45), client: client);
        AssertOnce(45, outcomes);
        Assert.Equal((20, 0, 0, 25), Count(outcomes));
        Assert.All(outcomes.Where(static outcome => outcome.Status == "notSubmitted"), static outcome => Assert.Equal((ErrorIds.JournalUnavailable, 0), (outcome.ErrorCode, outcome.Attempts)));
        Assert.Equal((FailureKind.JournalUnavailable, null), (job.Failure?.Kind, job.QueryFailure));
        Assert.Equal((true, false), (job.Failure!.EndsCommand(hasAccepted: false), job.Failure.EndsCommand(hasAccepted: true)));
    }

    [Theory]
    [InlineData(404, "APIGW.0101")]
    [InlineData(500, "APIGW.0103")]
    [InlineData(404, "")]
    [InlineData(494, "")]
    public async Task An_address_without_the_API_is_asked_once_and_says_nothing_about_URLs(int status, string code)
    {
        _cloud.OnSubmit = (_, _) => code.Length > 0 ? Answers.Error(status, code, "m") : Answers.Body(status, "not here");
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(45));
        AssertOnce(45, outcomes);
        Assert.Equal((0, 0, 0, 45), Count(outcomes));
        Assert.Equal((1, false), (_cloud.Posts, job.HasTimedOut));
        Assert.True(job.Failure!.EndsCommand(hasAccepted: false));
    }

    [Theory]
    [InlineData("APIGW.0101")]
    [InlineData("APIGW.0103")]
    public async Task A_resumed_task_is_not_submitted_again_because_the_address_does_not_serve_the_API(string code)
    {
        DateTimeOffset start = _clock.GetUtcNow();
        await RunAsync(Urls(10), new() { Timeout = TimeSpan.FromSeconds(20) });
        _cloud.OnQuery = (_, _) => Answers.Error(404, code, "m");
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(10), since: start);
        Assert.All(outcomes, outcome => Assert.Equal(("unknown", code, "task1"), (outcome.Status, outcome.ErrorCode, outcome.TaskId)));
        Assert.Equal(1, _cloud.Posts);
    }

    [Theory]
    [InlineData(FailureKind.NotFound, "IAM.0004")]
    [InlineData(FailureKind.PermissionDenied, "IAM.0003")]
    [InlineData(FailureKind.InvalidArgument, ErrorIds.HttpError)]
    [InlineData(FailureKind.WrongAddress, "APIGW.0101")]
    public async Task A_token_that_cannot_be_renewed_ends_the_job_and_says_nothing_about_URLs(FailureKind kind, string code)
    {
        int asked = 0;
        var source = new RenewingCredentialSource(
            AuthenticationType.IdToken, accountName: null, Fetch, new CancellationTokenSource(), fetchSecret: null, _clock);
        using VodClient client = TestClient.Create(source, TestClient.Settings() with { Network = () => _cloud, Clock = _clock });
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(45), client: client);
        AssertOnce(45, outcomes);
        Assert.All(outcomes, outcome => Assert.Equal(("notSubmitted", code, 0), (outcome.Status, outcome.ErrorCode, outcome.Attempts)));
        Assert.Equal((1, 0, true), (asked, _cloud.Posts, job.Failure!.EndsEverything));

        Task<FetchedCredential> Fetch(InvocationContext context)
        {
            asked++;
            throw new VodClientException(kind, code, "IAM did not issue a token.", "Check it.") { Service = CloudService.Iam, Delivery = Delivery.Refused };
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public async Task A_service_that_throttles_after_the_timeout_delays_the_end_by_one_hold(int tasks)
    {
        DateTimeOffset start = _clock.GetUtcNow();
        _cloud.LoadTime = TimeSpan.FromHours(9);
        _cloud.OnQuery = (_, _) => _clock.GetUtcNow() - start < TimeSpan.FromSeconds(60) ? null : Answers.Throttled;
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(10 * tasks), new() { Timeout = TimeSpan.FromSeconds(60) });
        AssertOnce(10 * tasks, outcomes);
        Assert.All(outcomes, static outcome => Assert.Equal(("processing", ErrorIds.WaitTimeout), (outcome.Status, outcome.ErrorCode)));
        Assert.InRange((_clock.GetUtcNow() - start).TotalSeconds, 60, 60 + 61 + 11);
    }

    [Fact]
    public async Task One_hold_is_waited_for_although_the_limit_of_the_connection_delayed_the_last_queries_before()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        int last = 0;
        _cloud.LoadTime = TimeSpan.FromHours(9);
        _cloud.OnQuery = (_, _) => _clock.GetUtcNow() - start >= TimeSpan.FromSeconds(60) && ++last == 12
            ? Answers.Error(429, "APIGW.0308", "m", ("Retry-After", "50"))
            : null;
        using VodClient client = Connect(requestsPerMinute: 10);
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(150), new() { Timeout = TimeSpan.FromSeconds(60) }, client);
        AssertOnce(150, outcomes);
        Assert.Equal(16, last);
    }

    [Theory]
    [InlineData("407")]
    [InlineData("tunnel")]
    public async Task A_proxy_that_refuses_its_login_ends_submitting(string how)
    {
        Answer refuses = how == "407"
            ? JobFaults.All["407"]
            : Answers.Throws(new HttpRequestException(HttpRequestError.ProxyTunnelError, "407", statusCode: System.Net.HttpStatusCode.ProxyAuthenticationRequired));
        _cloud.OnSubmit = (number, _) => number == 1 ? null : refuses;
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(50));
        AssertOnce(50, outcomes);
        Assert.Equal((2, FailureKind.ProxyRefused, false), (_cloud.Posts, job.Failure!.Kind, job.HasTimedOut));
        Assert.Equal((10, 0, 0, 40), Count(outcomes));
        Assert.All(outcomes.Where(static outcome => outcome.Status == "notSubmitted"), static outcome => Assert.Equal((ErrorIds.ConnectionFailed, 0), (outcome.ErrorCode, outcome.Attempts)));
    }

    [Fact]
    public async Task A_proxy_that_refuses_the_login_of_a_query_is_asked_once()
    {
        _cloud.OnQuery = static (_, _) => JobFaults.All["407"];
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(10));
        Assert.Equal((1, FailureKind.ProxyRefused, false), (_cloud.Gets, job.Failure!.Kind, job.HasTimedOut));
        Assert.All(outcomes, static outcome => Assert.Equal(("processing", ErrorIds.ConnectionFailed), (outcome.Status, outcome.ErrorCode)));
    }

    [Fact]
    public async Task A_disconnect_leaves_a_submission_in_flight_unknown()
    {
        using VodClient client = Connect();
        _cloud.OnSubmit = (number, _) =>
        {
            if (number == 2)
            {
                client.Dispose();
                return Answers.Never;
            }

            return null;
        };
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(45), client: client);
        AssertOnce(45, outcomes);
        Assert.Equal((0, 0, 10, 25), Count(outcomes));
        Assert.Equal(Urls(20)[10..], outcomes.Where(static outcome => outcome.Status == "unknown").Select(static outcome => outcome.Url));
        Assert.Equal(FailureKind.NotConnected, job.Failure?.Kind);
    }

    [Fact]
    public async Task A_query_that_is_refused_while_a_submission_is_in_flight_waits_for_its_answer()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        _cloud.OnQuery = static (_, _) => Answers.Unauthorized;
        _cloud.OnAccepted = number => number == 2 ? TimeSpan.FromSeconds(15) : TimeSpan.Zero;
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(45));
        AssertOnce(45, outcomes);
        Assert.Equal((2, FailureKind.Authentication), (_cloud.Posts, job.Failure?.Kind));
        Assert.Equal(
            [.. Enumerable.Repeat("task1", 10), .. Enumerable.Repeat("task2", 10)],
            outcomes.Where(static outcome => outcome.Status == "processing").Select(static outcome => outcome.TaskId).Order(StringComparer.Ordinal));
        Assert.Equal(25, Count(outcomes).NotSubmitted);
        Assert.Equal(TimeSpan.FromSeconds(15), _clock.GetUtcNow() - start);
    }

    [Fact]
    public async Task A_query_that_is_refused_while_a_submission_in_flight_has_no_answer_leaves_it_unknown()
    {
        _cloud.OnQuery = static (_, _) => Answers.Unauthorized;
        _cloud.OnAccepted = static number => number == 2 ? TimeSpan.FromHours(1) : TimeSpan.Zero;
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(45));
        AssertOnce(45, outcomes);
        Assert.Equal((0, 0, 10, 25), Count(outcomes));
    }

    [Fact]
    public async Task A_query_that_is_refused_while_a_submission_waits_for_its_turn_prevents_it()
    {
        _cloud.OnQuery = static (_, _) => Answers.Unauthorized;
        using VodClient client = Connect(submissionsPerMinute: 1);
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(45), client: client);
        AssertOnce(45, outcomes);
        Assert.Equal(1, _cloud.Posts);
        Assert.Equal((0, 0, 0, 35), Count(outcomes));
        Assert.All(outcomes, static outcome => Assert.Equal("APIGW.0301", outcome.ErrorCode));
    }

    [Fact]
    public async Task What_was_accepted_before_the_quota_was_used_up_has_its_own_cause()
    {
        _cloud.Quota = 10;
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(20), new() { Timeout = TimeSpan.FromSeconds(20) });
        AssertOnce(20, outcomes);
        Assert.Equal(Enumerable.Repeat(("notSubmitted", "VOD.10086"), 10).Concat(Enumerable.Repeat(("processing", ErrorIds.WaitTimeout), 10)),
            outcomes.Select(static outcome => (outcome.Status, outcome.ErrorCode!)));
        Assert.Equal((true, FailureKind.QuotaExceeded), (job.HasTimedOut, job.Failure?.Kind));
    }

    [Fact]
    public async Task A_refused_query_is_not_blamed_on_the_quota_that_was_used_up_before()
    {
        _cloud.Quota = 10;
        _cloud.OnQuery = static (_, _) => Answers.Unauthorized;
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(20));
        AssertOnce(20, outcomes);
        Assert.Equal(Enumerable.Repeat(("notSubmitted", "VOD.10086"), 10).Concat(Enumerable.Repeat(("processing", "APIGW.0301"), 10)),
            outcomes.Select(static outcome => (outcome.Status, outcome.ErrorCode!)));
        Assert.Equal((FailureKind.QuotaExceeded, FailureKind.Authentication, false), (job.Failure?.Kind, job.QueryFailure?.Kind, job.HasTimedOut));
    }

    [Fact]
    public async Task A_proxy_that_refused_a_query_is_not_asked_again_after_another_end_of_the_submissions()
    {
        _cloud.OnSubmit = (number, _) => number == 1 ? null : Answers.After(TimeSpan.FromSeconds(15), _clock, JobFaults.All["quota"]);
        _cloud.OnQuery = static (_, _) => JobFaults.All["407"];
        (PreheatJob job, UrlOutcome[] outcomes) = await RunAsync(Urls(20));
        AssertOnce(20, outcomes);
        Assert.Equal((1, FailureKind.ProxyRefused), (_cloud.Gets, job.QueryFailure?.Kind));
        Assert.Equal(10, outcomes.Count(static outcome => (outcome.Status, outcome.ErrorCode) == ("processing", ErrorIds.ConnectionFailed)));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "VOD.10086")]
    public async Task Only_what_would_have_been_submitted_again_has_the_code_of_the_quota(int maximumResubmit, string? code)
    {
        _cloud.Quota = 10;
        _cloud.EndOf = static (url, _) => url == Url(1) ? "failed" : "succeed";
        (_, UrlOutcome[] outcomes) = await RunAsync(Urls(20), new() { MaximumResubmit = maximumResubmit });
        AssertOnce(20, outcomes);
        Assert.Equal(code, Assert.Single(outcomes, static outcome => outcome.Status == "failed").ErrorCode);
    }

    [Fact]
    public async Task A_job_can_be_disposed_twice()
    {
        var job = new PreheatJob(_client, Urls(2), new(), TestClient.Context(), _clock);
        await _clock.RunAsync(() => DrainAsync(job));
        job.Dispose();
        job.Dispose();
        using var unused = new PreheatJob(_client, Urls(2), new(), new InvocationContext(CancellationToken.None), _clock);
        unused.Dispose();
    }
}
