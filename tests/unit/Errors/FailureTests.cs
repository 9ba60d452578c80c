using System.Globalization;
using System.Net;
using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Errors;

/// <summary>The failure that an answer causes.</summary>
public sealed class FailureTests
{
    private readonly SkippingClock _clock = new();

    [Fact]
    public async Task The_message_has_the_cause_the_code_the_status_the_request_ID_and_the_hint()
    {
        VodClientException failure = await TestClient.QueryFailureAsync(
            Answers.Error(400, "VOD.10053", "The request parameter is illegal.", ("X-Request-Id", "4711")));
        Assert.Equal(("VOD.10053", FailureKind.InvalidArgument, HttpStatusCode.BadRequest, "4711"), (failure.ErrorCode, failure.Kind, failure.StatusCode, failure.RequestId));
        Assert.Equal(
            $"The service answered: The request parameter is illegal (VOD.10053, HTTP 400, request ID 4711). {failure.Hint}", failure.Message);
        Assert.NotEmpty(failure.Hint);
    }

    [Fact]
    public async Task A_culture_does_not_change_the_message()
    {
        CultureInfo.CurrentCulture = new CultureInfo("ar-SA");
        VodClientException failure = await TestClient.QueryFailureAsync(Answers.Body(418, "a teapot"));
        Assert.Contains("HTTP 418", failure.Message, StringComparison.Ordinal);
        Assert.Equal((ErrorIds.HttpError, FailureKind.InvalidOperation), (failure.ErrorCode, failure.Kind));
    }

    [Theory]
    [InlineData("X-Request-Id", "a", "a")]
    [InlineData("X-IAM-Trace-Id", "token_cn-north-4_null_b", "token_cn-north-4_null_b")]
    [InlineData("X-Other", "c", "in the body")]
    public async Task The_request_ID_is_from_a_header_or_otherwise_from_the_body(string header, string value, string expected)
    {
        VodClientException failure = await TestClient.QueryFailureAsync(Answers.Body(
            400, """{"error_code":"VOD.10053","error_msg":"m","request_id":"in the body"}""", (header, value)));
        Assert.Equal(expected, failure.RequestId);
        Assert.Contains($"request ID {expected})", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html><body>Bad gateway</body></html>")]
    [InlineData("")]
    [InlineData("{\"error\":")]
    [InlineData("[1]")]
    [InlineData("\"text\"")]
    public async Task Without_an_error_in_the_body_the_status_is_used(string body)
    {
        VodClientException failure = await TestClient.QueryFailureAsync(Answers.Body(502, body, ("Content-Type", "text/html")));
        Assert.Equal((ErrorIds.HttpError, FailureKind.Unavailable), (failure.ErrorCode, failure.Kind));
        Assert.Contains("HTTP 502 and no error code (content type text/html)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_number_of_Keystone_is_not_an_error_code()
    {
        VodClientException failure = await TestClient.QueryFailureAsync(
            Answers.Body(401, """{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}"""));
        Assert.Equal((ErrorIds.HttpError, FailureKind.Authentication), (failure.ErrorCode, failure.Kind));
        Assert.Contains("The username or password is wrong (VodHttpError, HTTP 401)", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task An_error_in_a_successful_answer_is_an_error(string method)
    {
        using var network = new FakeNetwork(Answers.Error(200, "VOD.10062", "The asset or resource does not exist."));
        using VodClient client = TestClient.Create(network);
        VodClientException failure = await TestClient.FailureAsync(() => client.SendAsync(method));
        Assert.Equal(("VOD.10062", FailureKind.NotFound, HttpStatusCode.OK), (failure.ErrorCode, failure.Kind, failure.StatusCode));
    }

    [Fact]
    public async Task A_refused_key_in_a_successful_answer_ends_the_invocation()
    {
        using var network = new FakeNetwork(Answers.Error(200, "APIGW.0301", "refused"));
        using VodClient client = TestClient.Create(network);
        var context = TestClient.Context();
        Assert.Equal(FailureKind.Authentication, (await TestClient.FailureAsync(() => client.QueryAsync(context: context))).Kind);
        await TestClient.FailureAsync(() => client.QueryAsync(context: context));
        Assert.Equal(1, network.Count);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(304)]
    [InlineData(307)]
    public async Task A_redirect_is_a_failure(int status)
    {
        VodClientException failure = await TestClient.QueryFailureAsync(Answers.Body(status, "", ("Location", "https://elsewhere.invalid/")));
        Assert.Equal((ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse), (failure.ErrorCode, failure.Kind));
        Assert.Contains("redirect", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-16, "16 minutes ahead of the service's")]
    [InlineData(-15, "15 minutes ahead of the service's")]
    [InlineData(75, "75 minutes behind the service's")]
    public async Task A_refused_signature_with_an_incorrect_clock_names_the_clock(int minutes, string expected)
    {
        VodClientException failure = await RefusedAsync(401, "APIGW.0301", minutes);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.StartsWith("Set the clock", failure.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "APIGW.0301", 14)]
    [InlineData(401, "APIGW.0301", -14)]
    [InlineData(401, "IAM.0062", 75)]
    [InlineData(401, "IAM.0061", 75)]
    [InlineData(403, "APIGW.0302", 75)]
    [InlineData(400, "VOD.10053", 75)]
    public async Task The_clock_is_not_named_if_it_is_correct_or_the_failure_is_another(int status, string code, int minutes) =>
        Assert.DoesNotContain("clock is", (await RefusedAsync(status, code, minutes)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("{", "Expected depth to be zero")]
    public async Task An_answer_that_is_not_JSON_says_why(string body, string told)
    {
        VodClientException failure = await TestClient.QueryFailureAsync(Answers.Body(200, body));
        Assert.Contains(told, failure.What, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", failure.What, StringComparison.Ordinal);
        Assert.NotNull(failure.InnerException);
    }

    [Theory]
    [InlineData(300, true)]
    [InlineData(399, true)]
    [InlineData(400, false)]
    public async Task A_redirect_is_named(int status, bool isRedirect) => Assert.Equal(
        isRedirect, (await TestClient.QueryFailureAsync(Answers.Body(status, ""))).What.Contains("redirect", StringComparison.Ordinal));

    [Theory]
    [InlineData(HttpStatusCode.ProxyAuthenticationRequired, FailureKind.ProxyRefused)]
    [InlineData(HttpStatusCode.Forbidden, FailureKind.ConnectionFailed)]
    [InlineData(null, FailureKind.ConnectionFailed)]
    public async Task A_proxy_that_requires_a_login_is_recognized(HttpStatusCode? status, FailureKind kind)
    {
        VodClientException failure = await TestClient.QueryFailureAsync(
            Answers.Throws(new HttpRequestException(HttpRequestError.ProxyTunnelError, "told", inner: null, status)));
        Assert.Equal((kind, status), (failure.Kind, failure.StatusCode));
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, "could not be resolved", true)]
    [InlineData(HttpRequestError.ConnectionError, "No connection", true)]
    [InlineData(HttpRequestError.SecureConnectionError, "closed during the TLS handshake", true)]
    [InlineData(HttpRequestError.ProxyTunnelError, "proxy did not open a tunnel", true)]
    [InlineData(HttpRequestError.ResponseEnded, "in the middle of its answer", false)]
    [InlineData(HttpRequestError.InvalidResponse, "did not answer in HTTP", false)]
    [InlineData(HttpRequestError.Unknown, "was interrupted", false)]
    public async Task A_connection_failure_has_its_kind_and_its_innermost_cause(HttpRequestError reason, string expected, bool beforeSending)
    {
        var error = new HttpRequestException(reason, "outer", new IOException("middle", new IOException("cause\u001b[31m.")));
        VodClientException failure = await TestClient.QueryFailureAsync(Answers.Throws(error));
        Assert.Equal((ErrorIds.ConnectionFailed, FailureKind.ConnectionFailed), (failure.ErrorCode, failure.Kind));
        Assert.Contains(expected, failure.What, StringComparison.Ordinal);
        Assert.Contains("vod.test.invalid", failure.What, StringComparison.Ordinal);
        Assert.EndsWith(": cause [31m.", failure.What, StringComparison.Ordinal);
        Assert.Equal((beforeSending, !beforeSending), ((failure.Delivery == Delivery.NotSent), failure.OutcomeUnknown));
    }

    [Fact]
    public async Task A_quotation_at_the_end_of_a_cause_is_whole() => Assert.EndsWith(
        ": cannot read \"x\".", (await TestClient.QueryFailureAsync(Answers.Throws(new IOException("cannot read \"x\".")))).What, StringComparison.Ordinal);

    [Theory]
    [InlineData(500, true)]
    [InlineData(504, true)]
    [InlineData(400, false)]
    [InlineData(401, false)]
    [InlineData(429, false)]
    public async Task The_outcome_is_unknown_only_after_a_failure_without_a_result(int status, bool unknown) =>
        Assert.Equal(unknown, (await TestClient.QueryFailureAsync(Answers.Body(status, "{}"))).OutcomeUnknown);

    [Theory]
    [InlineData(200, Delivery.Unknown)]
    [InlineData(400, Delivery.Refused)]
    [InlineData(407, Delivery.NotSent)]
    [InlineData(408, Delivery.Unknown)]
    [InlineData(429, Delivery.Refused)]
    [InlineData(503, Delivery.Unknown)]
    public async Task An_answer_shows_whether_the_request_took_effect(int status, Delivery delivery) =>
        Assert.Equal(delivery, (await TestClient.QueryFailureAsync(Answers.Body(status, ""))).Delivery);

    [Fact]
    public async Task A_connection_that_times_out_is_a_timeout_before_the_request_is_sent()
    {
        VodClientException failure = await TestClient.QueryFailureAsync(Answers.Throws(new TaskCanceledException("told", new TimeoutException())));
        Assert.Equal((FailureKind.Timeout, Delivery.NotSent), (failure.Kind, failure.Delivery));
        Assert.Contains("The connection to vod.test.invalid timed out", failure.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "APIGW.0301", true, true)]
    [InlineData(403, "VOD.10057", true, true)]
    [InlineData(403, "VOD.10086", false, true)]
    [InlineData(429, "APIGW.0308", false, false)]
    [InlineData(403, "VOD.10074", false, false)]
    [InlineData(500, "VOD.10051", false, false)]
    [InlineData(400, "VOD.10053", false, false)]
    public async Task A_used_up_quota_ends_submissions_and_refused_credentials_end_everything(int status, string code, bool everything, bool submissions)
    {
        VodClientException failure = await TestClient.QueryFailureAsync(Answers.Error(status, code, "m"));
        Assert.Equal((everything, submissions), (failure.EndsEverything, failure.EndsSubmissions));
    }

    [Theory]
    [InlineData(429, "APIGW.0308", "300", false, false)]
    [InlineData(429, "APIGW.0308", "301", true, true)]
    [InlineData(503, "APIGW.0613", "301", true, false)]
    public async Task A_delay_that_is_too_long_is_in_the_hint_and_ends_submissions(
        int status, string code, string retryAfter, bool tooLong, bool endsSubmissions)
    {
        VodClientException failure = await TestClient.QueryFailureAsync(Answers.Error(status, code, "m", ("Retry-After", retryAfter)));
        Assert.Equal((tooLong, endsSubmissions), (failure.IsWaitTooLong, failure.EndsSubmissions));
        Assert.Equal(tooLong, failure.Hint.Contains("asks to wait", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Sun, 01 Mar 2020 12:00:00 GMT", 0)]
    [InlineData("0", 0)]
    [InlineData("7", 7)]
    public async Task A_delay_is_never_negative(string retryAfter, int seconds)
    {
        VodClientException failure = await TestClient.QueryFailureAsync(Answers.Error(503, "APIGW.0613", "m", ("Retry-After", retryAfter)));
        Assert.Equal(TimeSpan.FromSeconds(seconds), failure.RetryAfter);
    }

    [Fact]
    public async Task The_summary_is_the_message_without_the_hint()
    {
        VodClientException failure = await TestClient.QueryFailureAsync(Answers.Error(503, "APIGW.0613", "m"));
        Assert.Equal($"{failure.Summary} {failure.Hint}", failure.Message);
        Assert.DoesNotContain("try again", failure.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_secrets_of_the_connection_are_in_no_text_of_a_failure()
    {
        const string Token = "tok+en/secret==";
        string echo = $"canonicalRequest:GET|/v1.0/|x-security-token:{Token}|{Uri.EscapeDataString(Token)} {TestClient.SecretKey}";
        using var network = new FakeNetwork(Answers.Error(401, $"APIGW.0301{Token}", echo, ("X-Request-Id", Token), ("Content-Type", "text/" + TestClient.SecretKey)));
        using VodClient client = TestClient.Create(TestClient.Endpoint, TestClient.Settings(network), TestClient.Key(Token));
        var context = TestClient.Context();
        VodClientException failure = await TestClient.FailureAsync(() => client.QueryAsync(Token, context));

        string shown = failure + failure.ErrorCode + failure.RequestId + failure.Hint + string.Concat(TestClient.TraceOf(context));
        Assert.DoesNotContain(Token, shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Uri.EscapeDataString(Token), shown, StringComparison.Ordinal);
        Assert.DoesNotContain(TestClient.SecretKey, shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_trace_has_one_line_per_attempt()
    {
        using var network = new FakeNetwork(
            Answers.Throws(new HttpRequestException(HttpRequestError.ConnectionError)), Answers.Body(503, "", ("X-Request-Id", "r2")), Answers.Good);
        using VodClient client = TestClient.Create(network, _clock);
        var context = TestClient.Context();
        await client.QueryAsync("t/1", context);

        string[] lines = TestClient.TraceOf(context);
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.StartsWith(
            $"GET https://vod.test.invalid/v1.0/{TestClient.ProjectId}/asset/preheating?task_id=t%2F1 -> ", line, StringComparison.Ordinal));
        Assert.Contains("-> No connection to vod.test.invalid could be established", lines[0], StringComparison.Ordinal);
        Assert.Contains("-> 503, request ID r2 (", lines[1], StringComparison.Ordinal);
        Assert.Contains("-> 200 (", lines[2], StringComparison.Ordinal);
    }

    private Task<VodClientException> RefusedAsync(int status, string code, int minutesOff) => TestClient.QueryFailureAsync(
        Answers.Error(status, code, "m", ("Date", _clock.GetUtcNow().AddMinutes(minutesOff).ToString("R", CultureInfo.InvariantCulture))), clock: _clock);
}
