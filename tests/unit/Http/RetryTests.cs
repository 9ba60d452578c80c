using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Identity;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Http;

/// <summary>Which requests are retried after which failures, and after what delay.</summary>
public sealed class RetryTests
{
    private readonly SkippingClock _clock = new();

    public static TheoryData<string, int, int> Statuses
    {
        get
        {
            var table = new TheoryData<string, int, int>();
            foreach (int status in new[] { 300, 302, 304, 400, 401, 403, 404, 405, 407, 409, 410, 413, 422, 425 })
            {
                table.Add("GET", status, 1);
                table.Add("POST", status, 1);
            }

            foreach (int status in new[] { 408, 500, 501, 502, 503, 504, 505, 511, 599 })
            {
                table.Add("GET", status, 4);
                table.Add("POST", status, 1);
            }

            return table;
        }
    }

    public static TheoryData<string, HttpRequestError, int> Breaks
    {
        get
        {
            var table = new TheoryData<string, HttpRequestError, int>();
            foreach (HttpRequestError before in new[]
            {
                HttpRequestError.NameResolutionError, HttpRequestError.ConnectionError,
                HttpRequestError.SecureConnectionError, HttpRequestError.ProxyTunnelError,
            })
            {
                table.Add("GET", before, 4);
                table.Add("POST", before, 4);
            }

            foreach (HttpRequestError after in new[] { HttpRequestError.ResponseEnded, HttpRequestError.InvalidResponse, HttpRequestError.Unknown })
            {
                table.Add("GET", after, 4);
                table.Add("POST", after, 1);
            }

            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task A_status_is_retried_by_the_rules_of_its_method(string method, int status, int requests) =>
        Assert.Equal(requests, await CountAsync(method, Answers.Body(status, "{}")));

    // The service answers an internal error and flow control with 403 as well (the code table of api-vod).
    [Theory]
    [InlineData("GET", 403, "VOD.10051", 4)]
    [InlineData("POST", 403, "VOD.10051", 1)]
    [InlineData("GET", 403, "VOD.10127", 5)]
    [InlineData("POST", 403, "VOD.10127", 5)]
    [InlineData("GET", 429, "APIGW.0308", 5)]
    [InlineData("POST", 429, "APIGW.0308", 5)]
    [InlineData("GET", 500, "VOD.10062", 1)]
    [InlineData("GET", 429, "VOD.10086", 1)]
    public async Task The_code_decides_before_the_status(string method, int status, string code, int requests) =>
        Assert.Equal(requests, await CountAsync(method, Answers.Error(status, code, "m")));

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task A_connection_failure_is_retried_by_the_rules_of_its_method(string method, HttpRequestError reason, int requests) =>
        Assert.Equal(requests, await CountAsync(method, Answers.Throws(new HttpRequestException(reason))));

    [Theory]
    [InlineData("GET", 4)]
    [InlineData("POST", 1)]
    public async Task A_reset_is_retried_for_queries_only(string method, int requests) =>
        Assert.Equal(requests, await CountAsync(method, Answers.Throws(new IOException("reset"))));

    [Theory]
    [InlineData("GET", 4)]
    [InlineData("POST", 1)]
    public async Task A_timeout_is_retried_for_queries_only(string method, int requests)
    {
        Answer stall = (sent, cancellation) =>
        {
            Task<HttpResponseMessage> never = Answers.Never(sent, cancellation);
            _clock.Advance(SkippingClock.Endless);
            return never;
        };
        VodClientException failure = await FailureAsync(method, new FakeNetwork(stall), requests);
        Assert.Equal((FailureKind.Timeout, ErrorIds.Timeout), (failure.Kind, failure.ErrorCode));
        Assert.Equal("vod.test.invalid sent no complete answer within 600 s.", failure.What);
        Assert.True(failure.OutcomeUnknown);
    }

    [Theory]
    [InlineData("GET", 429)]
    [InlineData("GET", 503)]
    [InlineData("POST", 429)]
    public async Task With_a_maximum_of_0_a_request_is_sent_once(string method, int status) =>
        Assert.Equal(1, await CountAsync(method, Answers.Body(status, "{}"), retries: 0));

    [Fact]
    public async Task A_request_that_succeeds_after_a_retry_is_a_success()
    {
        using var network = new FakeNetwork(
            Answers.Throws(new HttpRequestException(HttpRequestError.ConnectionError)), Answers.Body(502, "<html>"), Answers.Throttled, Answers.Good);
        using VodClient client = TestClient.Create(network, _clock);
        Assert.Single(await client.QueryAsync());
        Assert.Equal(4, network.Count);
    }

    [Fact]
    public async Task A_submission_that_failed_before_it_was_sent_is_retried_and_accepted_once()
    {
        using var network = new FakeNetwork(Answers.Throws(new HttpRequestException(HttpRequestError.NameResolutionError)), Answers.Throttled, Answers.Good);
        using VodClient client = TestClient.Create(network, _clock);
        Assert.Equal("5199337c31c8e4622f1590735b13a263", await client.SubmitAsync());
        Assert.Equal(3, network.Count);
    }

    [Theory]
    [InlineData(503, 3)]
    [InlineData(429, 1)]
    public async Task Retry_After_in_seconds_is_honored(int status, int times)
    {
        await CountAsync("GET", Answers.Body(status, "{}", ("Retry-After", "241")));
        Assert.Equal(Enumerable.Repeat(TimeSpan.FromSeconds(241), times), _clock.Waits);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    public async Task Retry_After_as_a_date_is_honored(int status)
    {
        DateTimeOffset start = _clock.GetUtcNow();
        string date = start.AddSeconds(90).ToString("R");
        await CountAsync("GET", Answers.Body(status, "{}", ("Retry-After", date)));
        Assert.Equal(TimeSpan.FromSeconds(90), _clock.Waits[0]);
    }

    [Theory]
    [InlineData("GET", 503, "301")]
    [InlineData("GET", 429, "301")]
    [InlineData("POST", 429, "301")]
    [InlineData("GET", 429, "Fri, 31 Dec 9999 23:59:59 GMT")]
    public async Task A_Retry_After_over_five_minutes_is_reported(string method, int status, string value)
    {
        Assert.Equal(1, await CountAsync(method, Answers.Body(status, "{}", ("Retry-After", value))));
        Assert.Empty(_clock.Waits);
    }

    [Theory]
    [InlineData("300")]
    [InlineData("0")]
    [InlineData("Sat, 01 Jan 2000 00:00:00 GMT")]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    public async Task Any_other_Retry_After_is_retried(string value) =>
        Assert.Equal(4, await CountAsync("GET", Answers.Body(503, "{}", ("Retry-After", value))));

    [Fact]
    public async Task Without_Retry_After_the_delays_between_attempts_increase_and_remain_short()
    {
        await CountAsync("GET", Answers.Body(503, "{}"), retries: 9);
        Assert.Equal(9, _clock.Waits.Length);
        Assert.All(_clock.Waits, wait => Assert.InRange(wait, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(10)));
        Assert.True(_clock.Waits[^1] > _clock.Waits[0]);
    }

    [Fact]
    public async Task Requests_that_fail_at_the_same_time_are_not_repeated_at_the_same_time()
    {
        for (int i = 0; i < 10; i++)
        {
            await CountAsync("GET", Answers.Body(503, "{}"), retries: 1);
        }

        // Two can be the same by chance: they are whole milliseconds.
        Assert.InRange(_clock.Waits.Distinct().Count(), 5, 10);
    }

    [Fact]
    public async Task Throttling_by_IAM_is_retried()
    {
        using var network = new FakeNetwork(Answers.Error(429, "IAM.0012", "Threshold", ("Retry-After", "7")));
        using var iam = new IamClient(TestClient.Endpoint, TestClient.Settings(network, _clock), () => []);
        using AccessKeyCredential key = TestClient.Key();
        await TestClient.FailureAsync(() => iam.GetProjectsAsync("r", key, TestClient.Context()));

        Assert.Equal([7, 7, 7, 7, 8, 16, 32, 60, 60, 60], _clock.Waits.Select(wait => wait.TotalSeconds));
        Assert.Equal(11, network.Count);
    }

    private async Task<int> CountAsync(string method, Answer answer, int retries = 3)
    {
        var network = new FakeNetwork(answer);
        await FailureAsync(method, network, expected: null, retries);
        return network.Count;
    }

    private async Task<VodClientException> FailureAsync(string method, FakeNetwork network, int? expected, int retries = 3)
    {
        using VodClient client = TestClient.Create(network, _clock, retries);
        VodClientException failure = await TestClient.FailureAsync(() => client.SendAsync(method));
        Assert.Equal(expected ?? network.Count, network.Count);
        return failure;
    }
}
