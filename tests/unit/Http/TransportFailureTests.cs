using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Identity;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Preheating;
using VodPreheat.Client.Secrets;
using VodPreheat.TestServer;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Http;

/// <summary>Real sockets, and a server with the faults of real servers; one retry.</summary>
public sealed class TransportFailureTests : IDisposable
{
    private readonly SkippingClock _clock = new(DateTimeOffset.UtcNow);
    private readonly LoopbackServer _server = LoopbackServer.Start();
    private readonly VodClient _client;

    public TransportFailureTests()
    {
        _server.AnyTask = true;
        _client = Connect(_server.Endpoint);
    }

    public static TheoryData<FaultKind, string, FailureKind, int> BadAnswers => new()
    {
        { FaultKind.ResetBeforeHeaders, ErrorIds.ConnectionFailed, FailureKind.ConnectionFailed, 2 },
        { FaultKind.ResetInHeaders, ErrorIds.ConnectionFailed, FailureKind.ConnectionFailed, 2 },
        { FaultKind.ResetInBody, ErrorIds.ConnectionFailed, FailureKind.ConnectionFailed, 2 },
        // SocketsHttpHandler itself retries a request without a body up to three times if the connection closes without an answer.
        { FaultKind.CloseBeforeHeaders, ErrorIds.ConnectionFailed, FailureKind.ConnectionFailed, 2 * 4 },
        { FaultKind.TruncatedBody, ErrorIds.ConnectionFailed, FailureKind.ConnectionFailed, 2 },
        { FaultKind.EndlessBody, ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse, 1 },
        { FaultKind.HugeBody, ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse, 1 },
        { FaultKind.Gzip, ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse, 1 },
        { FaultKind.TruncatedJson, ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse, 1 },
        { FaultKind.EmptyBody, ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse, 1 },
        { FaultKind.NoContent204, ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse, 1 },
        { FaultKind.HtmlPage, ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse, 1 },
        { FaultKind.DeepNesting, ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse, 1 },
        { FaultKind.NumberForString, ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse, 1 },
        { FaultKind.JsonArray, ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse, 1 },
        { FaultKind.JsonString, ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse, 1 },
        { FaultKind.OtherObject, ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse, 1 },
        { FaultKind.InvalidUtf8, ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse, 1 },
        { FaultKind.Redirect302, ErrorIds.UnexpectedResponse, FailureKind.UnexpectedResponse, 1 },
        { FaultKind.Unauthorized401, "APIGW.0301", FailureKind.Authentication, 1 },
        { FaultKind.TokenExpired0307, "APIGW.0307", FailureKind.Authentication, 1 },
        { FaultKind.Forbidden403, "APIGW.0302", FailureKind.PermissionDenied, 1 },
        { FaultKind.PermissionVod, "VOD.10074", FailureKind.PermissionDenied, 1 },
        { FaultKind.IamDenied, "IAM.0002", FailureKind.PermissionDenied, 1 },
        // Retried for five minutes, each time after a longer delay.
        { FaultKind.Throttled429, "APIGW.0308", FailureKind.Throttled, 5 },
        { FaultKind.Throttled429RetryNow, "APIGW.0308", FailureKind.Throttled, 11 },
        { FaultKind.Throttled429RetryAfter, "APIGW.0308", FailureKind.Throttled, 11 },
        { FaultKind.Error500, "VOD.10051", FailureKind.Unavailable, 2 },
        { FaultKind.Error502, "APIGW.0201", FailureKind.Unavailable, 2 },
        { FaultKind.Html502, ErrorIds.HttpError, FailureKind.Unavailable, 2 },
        { FaultKind.Error503, "APIGW.0613", FailureKind.Unavailable, 2 },
        { FaultKind.Error504, "APIGW.0201", FailureKind.Unavailable, 2 },
    };

    public static TheoryData<FaultKind> GoodAnswers =>
    [
        FaultKind.Continue100, FaultKind.WrongContentType, FaultKind.Bom, FaultKind.Accepted202, FaultKind.SetCookie,
        FaultKind.HugeString, FaultKind.DuplicateKeys,
    ];

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task Requests_share_a_connection_which_is_closed_with_the_client()
    {
        for (int i = 0; i < 3; i++)
        {
            await _client.QueryAsync();
        }

        Assert.Equal((1, 1), (_server.ConnectionCount, _server.OpenConnections));
        _client.Dispose();
        await TestClient.EventuallyAsync(() => _server.OpenConnections == 0);
    }

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task An_invalid_answer_to_a_query_has_its_error(FaultKind fault, string code, FailureKind kind, int requests)
    {
        _server.AddFault(fault, times: -1);
        VodClientException failure = await TestClient.FailureAsync(() => _client.QueryAsync().WaitAsync(TimeSpan.FromMinutes(2)));
        Assert.Equal((code, kind, requests), (failure.ErrorCode, failure.Kind, _server.RequestCount));
    }

    [Theory]
    [MemberData(nameof(GoodAnswers))]
    public async Task An_unusual_but_valid_answer_is_accepted(FaultKind fault)
    {
        _server.AddFault(fault, times: -1);
        Assert.Single(await _client.QueryAsync());
        Assert.Equal(1, _server.RequestCount);
    }

    [Theory]
    [InlineData(FaultKind.NullResults)]
    [InlineData(FaultKind.NoResults)]
    [InlineData(FaultKind.EmptyResults)]
    public async Task An_empty_answer_has_no_results(FaultKind fault)
    {
        _server.AddFault(fault);
        Assert.Empty(await _client.QueryAsync());
    }

    [Fact]
    public async Task The_last_of_duplicate_keys_is_used()
    {
        _server.AddFault(FaultKind.DuplicateKeys);
        Assert.Equal([new UrlResult("https://cdn.example.com/b.mp4", "failed")], await _client.QueryAsync());
    }

    [Theory]
    [InlineData(FaultKind.ResetBeforeHeaders)]
    [InlineData(FaultKind.ResetInHeaders)]
    [InlineData(FaultKind.ResetInBody)]
    [InlineData(FaultKind.CloseBeforeHeaders)]
    [InlineData(FaultKind.TruncatedBody)]
    [InlineData(FaultKind.TruncatedJson)]
    [InlineData(FaultKind.Error500)]
    [InlineData(FaultKind.Error503)]
    public async Task A_submission_whose_outcome_is_unknown_is_sent_once_even_over_a_reused_connection(FaultKind fault)
    {
        await _client.SubmitAsync();
        _server.AddFault(fault, times: -1);
        VodClientException failure = await TestClient.FailureAsync(() => _client.SubmitAsync());
        Assert.Equal((true, 2), (failure.OutcomeUnknown, _server.RequestCount));
    }

    // .NET repeats some of them itself, at once, whatever the number of retries.
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task No_query_is_lost_if_the_server_resets_each_connection_that_is_used_again(int inFlight)
    {
        _server.ResetsReusedConnections = true;
        using VodClient client = TestClient.Create(_server.Endpoint, TestClient.Settings(clock: _clock, retries: new TransportSettings().MaximumRetryCount));
        int answers = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 200),
            new ParallelOptions { MaxDegreeOfParallelism = inFlight, CancellationToken = TestContext.Current.CancellationToken },
            async (_, _) =>
            {
                Assert.NotEmpty(await client.QueryAsync());
                Interlocked.Increment(ref answers);
            });
        Assert.Equal((200, true), (answers, _server.RequestCount >= 200));
    }

    [Theory]
    [InlineData(FaultKind.Stall)]
    [InlineData(FaultKind.StallInBody)]
    [InlineData(FaultKind.DripBody)]
    public async Task An_answer_that_does_not_end_within_the_timeout_is_a_timeout_of_each_attempt(FaultKind fault)
    {
        _server.AddToken("tok", TestClient.ProjectId);
        _server.AddFault(fault, times: -1);
        using VodClient client = TestClient.Create(
            _server.Endpoint, TestClient.Settings(clock: _clock, retries: 1), new TokenCredential(new Secret("tok")));
        Task<VodClientException> failing = TestClient.FailureAsync(() => client.QueryAsync());
        foreach (int attempts in new[] { 1, 2 })
        {
            await TestClient.EventuallyAsync(() => _server.RequestCount == attempts);
            _clock.Advance(SkippingClock.Endless);
        }

        VodClientException failure = await failing;
        Assert.Equal((ErrorIds.Timeout, FailureKind.Timeout, 2), (failure.ErrorCode, failure.Kind, _server.RequestCount));
        Assert.Contains("600 s", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TlsFault.UntrustedRoot, "GET")]
    [InlineData(TlsFault.Expired, "GET")]
    [InlineData(TlsFault.WrongName, "POST")]
    public async Task An_invalid_certificate_prevents_every_request(TlsFault fault, string method)
    {
        using LoopbackServer server = LoopbackServer.StartTls(fault);
        VodClientException failure = await AssertNeverSentAsync(server.Endpoint, method);
        Assert.Equal((0, 2), (server.RequestCount, server.ConnectionCount));
        Assert.Contains("TLS", failure.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_a_connection_is_a_timeout_before_the_request_is_sent()
    {
        if (!OperatingSystem.IsLinux())
        {
            // Other systems refuse what a listener has no place for.
            return;
        }

        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var address = (IPEndPoint)listener.LocalEndPoint!;
        Socket[] full = [.. Enumerable.Range(0, 4).Select(static _ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))];
        Array.ForEach(full, socket => BackgroundWork.IgnoreFailure(socket.ConnectAsync(address)));
        using VodClient client = TestClient.Create(
            new Uri($"http://{address}"), TestClient.Settings(retries: 0) with { Timeout = TimeSpan.FromSeconds(2) });
        VodClientException failure = await TestClient.FailureAsync(() => client.QueryAsync());
        Assert.Equal((FailureKind.Timeout, Delivery.NotSent), (failure.Kind, failure.Delivery));
        Array.ForEach(full, static socket => socket.Dispose());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_refused_connection_is_a_failure_before_the_request_is_sent(string method) =>
        Assert.Contains("No connection", (await AssertNeverSentAsync(ClosedPort.Refused(), method)).What, StringComparison.Ordinal);

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task An_unknown_host_name_is_a_failure_before_the_request_is_sent(string method) =>
        Assert.Contains("host.invalid", (await AssertNeverSentAsync(new Uri("http://host.invalid"), method)).What, StringComparison.Ordinal);

    [Theory]
    [InlineData("https://vod.example.com", "http://proxy.invalid:3128", "The name of the proxy, proxy.invalid, could not be resolved")]
    [InlineData("https://vod.example.com", null, "No connection to the proxy 127.0.0.1:")]
    [InlineData("http://localhost", null, "No connection to the proxy 127.0.0.1:")]
    public async Task An_unreachable_proxy_is_named(string endpoint, string? proxy, string what)
    {
        TransportSettings settings = TestClient.Settings(clock: _clock, retries: 0) with { Proxy = proxy is null ? ClosedPort.Refused() : new Uri(proxy) };
        using VodClient client = TestClient.Create(new Uri(endpoint), settings);
        VodClientException failure = await TestClient.FailureAsync(() => client.QueryAsync());
        Assert.Equal((ErrorIds.ConnectionFailed, FailureKind.ConnectionFailed, Delivery.NotSent), (failure.ErrorCode, failure.Kind, failure.Delivery));
        Assert.StartsWith(what, failure.What, StringComparison.Ordinal);
        Assert.Contains("{Proxy}", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookies_are_not_returned_and_no_compression_is_accepted()
    {
        _server.AddFault(FaultKind.SetCookie);
        await _client.QueryAsync();
        await _client.QueryAsync();
        Assert.All(_server.Requests, request =>
        {
            Assert.DoesNotContain("Cookie", request.Headers.Keys);
            Assert.DoesNotContain("Accept-Encoding", request.Headers.Keys);
        });
    }

    [Fact]
    public async Task The_activity_of_the_process_is_not_sent()
    {
        using Activity ambient = new Activity("the host's own").AddBaggage("tenant", "secret").Start();
        ambient.TraceStateString = "vendor=1";
        await _client.QueryAsync();
        Assert.Same(ambient, Activity.Current);
        Assert.DoesNotContain(
            Assert.Single(_server.Requests).Headers.Keys,
            name => name.ToLowerInvariant() is "traceparent" or "tracestate" or "request-id" or "correlation-context" or "baggage");
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        _server.AddFault(FaultKind.Redirect302);
        await TestClient.FailureAsync(() => _client.QueryAsync());
        Assert.Equal("Vod", Assert.Single(_server.Requests).Area);
    }

    [Theory]
    [InlineData(FaultKind.EchoSecretsIn400)]
    [InlineData(FaultKind.EchoCanonicalRequest)]
    public async Task Echoed_secrets_are_not_displayed(FaultKind fault)
    {
        const string Token = "tem+porary/token==";
        _server.AddTemporaryKey("TEMPAK", TestClient.SecretKey, Token, TestClient.ProjectId);
        _server.AddFault(fault);
        using VodClient client = TestClient.Create(
            _server.Endpoint, TestClient.Settings(), new AccessKeyCredential("TEMPAK", new Secret(TestClient.SecretKey), new Secret(Token)));
        string shown = (await TestClient.FailureAsync(() => client.QueryAsync())).ToString();
        Assert.Contains("***", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("tem+porary", shown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Uri.EscapeDataString(Token), shown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Token)), shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(Token)), shown, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(FaultKind.EchoInStatusLine)]
    [InlineData(FaultKind.EchoInHeaderLine)]
    public async Task An_exception_of_the_client_contains_no_other_exception(FaultKind fault)
    {
        const string Token = "given+token/0001==";
        _server.AddToken(Token, TestClient.ProjectId);
        _server.AddFault(fault);
        using VodClient client = TestClient.Create(_server.Endpoint, TestClient.Settings(retries: 0), new TokenCredential(new Secret(Token)));
        AssertHidden(await TestClient.FailureAsync(() => client.QueryAsync()), Token);
    }

    [Fact]
    public async Task The_password_of_a_proxy_is_not_displayed()
    {
        const string Password = "p@ss \"w0rd/1";
        using ProxyServer proxy = ProxyServer.Start("user", "another");
        proxy.EchoesLogin = true;
        TransportSettings settings = TestClient.Settings(retries: 0) with
        {
            Proxy = proxy.Endpoint,
            ProxyLogin = new ProxyLogin("user", string.Empty, new Secret(Password)),
        };
        using VodClient client = TestClient.Create(_server.Endpoint, settings);
        VodClientException failure = await TestClient.FailureAsync(() => client.QueryAsync());
        Assert.Equal("The service answered: ***.", failure.What);
        AssertHidden(failure, Password);

        using var iam = new IamClient(_server.Endpoint, settings, () => []);
        AssertHidden(await TestClient.FailureAsync(() => iam.GetProjectsAsync(null, TestClient.Key(), TestClient.Context())), Password);
        Assert.Equal(0, _server.RequestCount);
    }

    private static void AssertHidden(Exception failure, string secret)
    {
        Assert.IsType<VodClientException>(failure);
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(secret);
        Assert.Contains("***", failure.Message, StringComparison.Ordinal);
        for (Exception? shown = failure; shown is not null; shown = shown.InnerException)
        {
            Assert.True(shown is VodClientException or CauseException, $"A foreign exception: {shown}");
            Assert.Empty(shown.Data);
            Assert.DoesNotContain(secret, shown.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(Uri.EscapeDataString(secret), shown.ToString(), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String(bytes), shown.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(shown.Message, char.IsControl);
        }
    }

    private VodClient Connect(Uri endpoint) => TestClient.Create(endpoint, TestClient.Settings(clock: _clock, retries: 1));

    private async Task<VodClientException> AssertNeverSentAsync(Uri endpoint, string method)
    {
        using VodClient client = Connect(endpoint);
        var context = TestClient.Context();
        VodClientException failure = await TestClient.FailureAsync(() => client.SendAsync(method, context));
        Assert.Equal((ErrorIds.ConnectionFailed, FailureKind.ConnectionFailed), (failure.ErrorCode, failure.Kind));
        Assert.Equal((true, false), ((failure.Delivery == Delivery.NotSent), failure.OutcomeUnknown));
        Assert.Equal(2, TestClient.TraceOf(context).Length);
        return failure;
    }
}
