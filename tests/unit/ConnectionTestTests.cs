using System.Globalization;
using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests;

public sealed class ConnectionTestTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Answers to the query, and the error code that the test has; empty if the connection is ready.</summary>
    private static readonly Dictionary<string, (Answer Answer, string ErrorCode)> s_answers = new()
    {
        ["rows"] = (Answers.Good, ""),
        ["no rows"] = (Answers.Body(200, """{"preheating_results":[]}"""), ""),
        ["unknown task"] = (Answers.Error(400, "VOD.10062", "The asset or resource does not exist."), ""),
        ["unknown task as 404"] = (Answers.Error(404, "VOD.10062", "The asset or resource does not exist."), ""),
        ["invalid task ID"] = (Answers.Error(400, "VOD.10053", "The request parameter is illegal, illegal field: {task_id}."), ""),
        ["invalid project ID"] = (Answers.Error(400, "VOD.10053", "The request parameter is illegal, illegal field: {project_id}."), "VOD.10053"),
        ["project of another region"] = (Answers.Error(403, "VOD.10057", "The projectId in the URI is inconsistent with the token."), "VOD.10057"),
        ["unknown API"] = (Answers.Error(404, "APIGW.0101", "The API does not exist"), "APIGW.0101"),
        ["no code"] = (Answers.Body(404, "{}"), ErrorIds.HttpError),
        ["refused key"] = (Answers.Unauthorized, "APIGW.0301"),
        ["no permission"] = (Answers.Error(403, "APIGW.0302", "The IAM user is not authorized"), "APIGW.0302"),
        ["blocked account"] = (Answers.Error(403, "VOD.10055", "The tenant is frozen."), "VOD.10055"),
        ["throttled"] = (Answers.Throttled, "APIGW.0308"),
        ["failure of the service"] = (Answers.Error(500, "VOD.10051", "Internal error"), "VOD.10051"),
        ["not JSON"] = (Answers.Body(200, "hello"), ErrorIds.UnexpectedResponse),
        ["redirect"] = (Answers.Body(302, ""), ErrorIds.UnexpectedResponse),
        ["name not resolved"] = (Answers.Throws(new HttpRequestException(HttpRequestError.NameResolutionError)), ErrorIds.ConnectionFailed),
        ["connection refused"] = (Answers.Throws(new HttpRequestException(HttpRequestError.ConnectionError)), ErrorIds.ConnectionFailed),
        ["TLS"] = (Answers.Throws(new HttpRequestException(HttpRequestError.SecureConnectionError)), ErrorIds.ConnectionFailed),
        ["timeout"] = (Answers.Throws(new OperationCanceledException("timeout", new TimeoutException())), ErrorIds.Timeout),
    };

    public static TheoryData<string> AllAnswers => [.. s_answers.Keys];

    [Theory]
    [MemberData(nameof(AllAnswers))]
    public async Task What_is_wrong_is_in_the_result_and_not_thrown(string name)
    {
        (Answer answer, string errorCode) = s_answers[name];
        using var network = new FakeNetwork(answer);
        using VodClient client = TestClient.Create(network, new SkippingClock(), retries: 0);
        ConnectionTest test = await ConnectionTest.RunAsync(client, TestClient.Context(), TimeProvider.System);

        Assert.Equal((errorCode, errorCode.Length == 0), (test.Failure?.ErrorCode ?? "", test.CanQuery));
        Assert.Equal(("in memory", 0), (test.Journal, test.SubmittedToday));
        Sent sent = Assert.Single(network.Sent);
        Assert.Equal("GET", sent.Method);
    }

    [Theory]
    [InlineData(200, 0, 0)]
    [InlineData(200, 0.9, 1)]
    [InlineData(200, 600, 600)]
    [InlineData(200, -600, -600)]
    [InlineData(200, -3.2, -3)]
    [InlineData(401, 100_000, 100_000)]
    [InlineData(503, -100_000, -100_000)]
    public async Task The_difference_of_the_clocks_is_known_from_any_answer(int status, double aheadInSeconds, double expected)
    {
        var clock = new ManualClock();
        Answer answer = (sent, cancellation) =>
        {
            // The answer takes a second: the service has read its clock in the middle of it, and writes whole seconds.
            clock.Advance(TimeSpan.FromSeconds(1));
            DateTimeOffset theirs = sent.At.AddSeconds(0.5 - aheadInSeconds);
            string date = theirs.ToString("R", CultureInfo.InvariantCulture);
            return Answers.Body(status, Answers.RowJson, ("Date", date))(sent, cancellation);
        };
        using var network = new FakeNetwork(answer) { Clock = clock };
        using VodClient client = TestClient.Create(network, clock, retries: 0);
        ConnectionTest test = await ConnectionTest.RunAsync(client, TestClient.Context(), clock);
        Assert.Equal((TimeSpan.FromSeconds(expected), TimeSpan.FromSeconds(1)), (test.ClockSkew, test.Latency));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("yesterday")]
    public async Task The_difference_of_the_clocks_is_unknown_without_a_valid_date(string? date)
    {
        using var network = new FakeNetwork(Answers.Body(200, Answers.RowJson, date is null ? [] : [("Date", date)]));
        using VodClient client = TestClient.Create(network);
        ConnectionTest test = await ConnectionTest.RunAsync(client, TestClient.Context(), TimeProvider.System);
        Assert.True(test.CanQuery);
        Assert.Null(test.ClockSkew);
        Assert.NotNull(test.Latency);
    }

    [Fact]
    public async Task Without_an_answer_there_is_no_time()
    {
        using var network = new FakeNetwork(Answers.Throws(new HttpRequestException(HttpRequestError.ConnectionError)));
        using VodClient client = TestClient.Create(network, retries: 0);
        ConnectionTest test = await ConnectionTest.RunAsync(client, TestClient.Context(), TimeProvider.System);
        Assert.Equal((null, null), (test.ClockSkew, test.Latency));
    }

    [Fact]
    public async Task A_refusal_is_remembered_by_the_connection()
    {
        using var network = new FakeNetwork(Answers.Unauthorized);
        using VodClient client = TestClient.Create(network);
        await ConnectionTest.RunAsync(client, TestClient.Context(), TimeProvider.System);
        await TestClient.FailureAsync(() => client.QueryAsync());
        await ConnectionTest.RunAsync(client, TestClient.Context(), TimeProvider.System);
        Assert.Equal(1, network.Count);
    }

    [Fact]
    public async Task A_test_can_be_canceled()
    {
        using var network = new FakeNetwork(Answers.Never);
        using VodClient client = TestClient.Create(network);
        using var stop = new CancellationTokenSource();
        Task<ConnectionTest> test = ConnectionTest.RunAsync(client, new InvocationContext(stop.Token), TimeProvider.System);
        await stop.CancelAsync();
        await TestClient.AssertCanceledAsync(test);
    }

    [Fact]
    public async Task The_sandbox_is_ready()
    {
        // In the middle of a second: that of an answer is truncated. On the clock of a busy machine, the answer could be a second late.
        var clock = new ManualClock();
        clock.Advance(TimeSpan.FromSeconds(0.5));
        using VodClient client = Client.Connections.ConnectionFactory.ConnectSandbox(new TransportSettings { Clock = clock });
        ConnectionTest test = await ConnectionTest.RunAsync(client, TestClient.Context(), clock);
        Assert.Equal((true, null, TimeSpan.Zero, "in memory", 0), (test.CanQuery, test.Failure, test.ClockSkew, test.Journal, test.SubmittedToday));
    }

    [Fact]
    public async Task What_was_submitted_today_is_counted_from_the_local_midnight_for_the_same_endpoint_and_project()
    {
        var clock = new ManualClock();
        clock.SetUtcNow(s_noon.AddDays(1));
        clock.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(8), null, null));
        using var journal = new TestJournal(clock);
        DateTimeOffset midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.FromHours(8));
        Submission Today(int minutes, string? taskId = "t", string? errorCode = null) =>
            TestJournal.Submission(at: midnight.AddMinutes(minutes), taskId: taskId, errorCode: errorCode);
        Submission[] submissions =
        [
            Today(-1),
            Today(0) with { Urls = ["https://cdn.example.com/1.mp4", "https://cdn.example.com/2.mp4", "https://cdn.example.com/2.mp4"] },
            Today(1) with { Urls = [], AssetId = "asset" },
            Today(2, taskId: null),
            Today(3, taskId: null, errorCode: "VOD.10053"),
            Today(4) with { ProjectId = "another" },
            Today(5) with { Endpoint = "https://vod.example.com" },
        ];
        foreach (Submission submission in submissions)
        {
            await journal.AddAsync(submission);
        }

        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = journal.Client(network);
        Assert.Equal(3 + 1 + 1, (await ConnectionTest.RunAsync(client, TestClient.Context(), clock)).SubmittedToday);
    }

    [Theory]
    [InlineData("off", "off (VODPREHEAT_JOURNAL)", null)]
    [InlineData("relative", "VODPREHEAT_JOURNAL is 'relative', which is not a full path", ErrorIds.JournalUnavailable)]
    public async Task The_state_of_the_journal_is_in_the_result(string variable, string expected, string? errorCode)
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = Connect(network, name => name == JournalLocation.Variable ? variable : null);
        ConnectionTest test = await ConnectionTest.RunAsync(client, TestClient.Context(), TimeProvider.System);
        Assert.Equal((expected, errorCode, true), (test.Journal, test.Failure?.ErrorCode, test.CanQuery));
        Assert.Equal(errorCode is null ? 0 : null, test.SubmittedToday);
    }

    [Theory]
    [InlineData(true, ErrorIds.JournalUnavailable)]
    [InlineData(false, null)]
    public async Task A_journal_that_cannot_be_written_is_a_failure_if_it_was_specified(bool isNamed, string? errorCode)
    {
        using var folder = new TempFolder();
        string file = folder.File("file");
        await File.WriteAllTextAsync(file, "x");
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = Connect(network, name => isNamed
            ? name == JournalLocation.Variable ? Path.Combine(file, "journal") : null
            : name is "XDG_STATE_HOME" or "LOCALAPPDATA" or "HOME" ? file : null);
        ConnectionTest test = await ConnectionTest.RunAsync(client, TestClient.Context(), TimeProvider.System);
        Assert.Equal((errorCode, true), (test.Failure?.ErrorCode, test.CanQuery));
        Assert.StartsWith(file, test.Journal);
        Assert.Contains(": ", test.Journal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_that_can_be_written_is_its_folder_and_gets_no_line()
    {
        using var journal = new TestJournal();
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = journal.Client(network);
        ConnectionTest test = await ConnectionTest.RunAsync(client, TestClient.Context(), TimeProvider.System);
        Assert.Equal((journal.Path, null), (test.Journal, test.Failure));
        Assert.Empty(journal.Lines);
    }

    [Fact]
    public async Task The_failure_of_the_query_comes_before_that_of_the_journal()
    {
        using var network = new FakeNetwork(Answers.Unauthorized);
        using VodClient client = Connect(network, name => name == JournalLocation.Variable ? "relative" : null);
        ConnectionTest test = await ConnectionTest.RunAsync(client, TestClient.Context(), TimeProvider.System);
        Assert.Equal("APIGW.0301", test.Failure?.ErrorCode);
    }

    private static VodClient Connect(FakeNetwork network, Func<string, string?> readVariable) =>
        TestClient.Create(TestClient.Endpoint, TestClient.Settings(network), SubmissionJournal.OfThisMachine(readVariable));
}
