using System.Diagnostics;
using System.Net.Sockets;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Edge;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Secrets;
using VodPreheat.TestServer;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Edge;

/// <summary>The client with real sockets and a test server that answers like a node of the CDN.</summary>
public sealed class EdgeClientTests : IDisposable
{
    private readonly SkippingClock _clock = new();
    private readonly EdgeServer _edge = EdgeServer.Start();
    private readonly EdgeClient _client;

    public EdgeClientTests() => _client = new EdgeClient(Settings());

    public void Dispose()
    {
        _client.Dispose();
        _edge.Dispose();
    }

    [Fact]
    public async Task Disposing_ends_requests_in_progress()
    {
        using var network = new FakeNetwork(Answers.Never);
        var password = new Secret("pass");
        var client = new EdgeClient(
            TestClient.Settings(network) with { Proxy = new Uri("http://127.0.0.1:3128"), ProxyLogin = new ProxyLogin("user", string.Empty, password) });
        Task test = client.TestAsync("https://cdn.example.com/a.mp4", TestClient.Context());
        Assert.False(test.IsCompleted);
        client.Dispose();
        Exception? error = await Record.ExceptionAsync(() => test.WaitAsync(TimeSpan.FromSeconds(15)));
        Assert.IsNotType<TimeoutException>(error);
        Assert.True(password.IsWiped);
    }

    [Fact]
    public async Task An_answer_to_HEAD_is_sufficient()
    {
        _edge.SetFile("/a.mp4", 200, "x-hcs-proxy-type: 1", "Cache-Control: Max-Age=60", "Age: 12");
        EdgeTestResult result = await TestAsync("/a.mp4");
        Assert.Equal(new EdgeTestResult(200, CacheState.Hit, "Max-Age=60", 12, null, EdgeFinding.Ok, result.Hint), result);
        Assert.Equal(["HEAD /a.mp4 -> 200"], _edge.Requests.Select(request => request.ToString()));
    }

    [Theory]
    [InlineData(400, 200, 206, EdgeFinding.Ok)]
    [InlineData(401, 200, 206, EdgeFinding.Ok)]
    [InlineData(403, 200, 206, EdgeFinding.Ok)]
    [InlineData(404, 200, 206, EdgeFinding.Ok)]
    [InlineData(405, 200, 206, EdgeFinding.Ok)]
    [InlineData(410, 200, 206, EdgeFinding.Ok)]
    [InlineData(429, 200, 206, EdgeFinding.Ok)]
    [InlineData(500, 200, 206, EdgeFinding.Ok)]
    [InlineData(501, 200, 206, EdgeFinding.Ok)]
    [InlineData(503, 200, 206, EdgeFinding.Ok)]
    [InlineData(403, 403, 403, EdgeFinding.AccessDenied)]
    [InlineData(405, 404, 404, EdgeFinding.NotFound)]
    [InlineData(404, 503, 503, EdgeFinding.ServerError)]
    [InlineData(500, 302, 302, EdgeFinding.Redirected)]
    public async Task If_HEAD_does_not_get_the_file_GET_of_the_first_byte_decides(int toHead, int toGet, int status, EdgeFinding finding)
    {
        _edge.SetFile("/a.mp4", toGet, "Age: 3");
        _edge.SetHeadStatus("/a.mp4", toHead);
        EdgeTestResult result = await TestAsync("/a.mp4");
        Assert.Equal((status, finding, 3), (result.StatusCode, result.Finding, result.Age));
        Assert.Equal([$"HEAD /a.mp4 -> {toHead}", $"GET /a.mp4 -> {status}"], _edge.Requests.Select(request => request.ToString()));
        Assert.Equal((null, "bytes=0-0"), (_edge.Requests[0].Headers.GetValueOrDefault("Range"), _edge.Requests[1].Headers["Range"]));
    }

    [Theory]
    [InlineData(FaultKind.ResetBeforeHeaders)]
    [InlineData(FaultKind.ResetInHeaders)]
    [InlineData(FaultKind.CloseBeforeHeaders)]
    [InlineData(FaultKind.EchoInStatusLine)]
    [InlineData(FaultKind.EchoInHeaderLine)]
    public async Task If_HEAD_is_not_answered_GET_decides(FaultKind fault)
    {
        _edge.SetHeadFault("/a.mp4", fault);
        EdgeTestResult result = await TestAsync("/a.mp4");
        Assert.Equal((206, EdgeFinding.Ok), (result.StatusCode, result.Finding));
    }

    [Fact]
    public async Task HEAD_has_half_of_the_time()
    {
        _edge.SetHeadFault("/a.mp4", FaultKind.Stall);
        Task<EdgeTestResult> test = TestAsync("/a.mp4");
        await TestClient.EventuallyAsync(() => _edge.RequestCount == 1);
        _clock.Advance(SkippingClock.Endless);
        Assert.Equal(EdgeFinding.Ok, (await test).Finding);
    }

    [Fact]
    public async Task A_reset_of_a_connection_that_is_used_again_is_no_finding()
    {
        _edge.AnyFile = true;
        _edge.ResetsReusedConnections = true;
        EdgeTestResult[] results = [await TestAsync("/1"), await TestAsync("/2"), await TestAsync("/3")];
        Assert.All(results, static result => Assert.Equal(EdgeFinding.Ok, result.Finding));
    }

    [Theory]
    [InlineData("http", CacheState.Unknown, "without the proxy")]
    [InlineData("https", CacheState.Hit, "has the file")]
    public async Task A_proxy_can_have_sent_the_cache_headers_of_an_HTTP_URL(string scheme, CacheState state, string hint)
    {
        using var network = new FakeNetwork(Answers.Body(200, "", ("X-Cache-Lookup", "HIT from proxy:3128"), ("Age", "5")));
        using var client = new EdgeClient(Settings() with { Network = () => network, Proxy = new Uri("http://proxy.example.com") });
        EdgeTestResult result = await client.TestAsync($"{scheme}://cdn.example.com/a.mp4", TestClient.Context());
        Assert.Equal((EdgeFinding.Ok, state), (result.Finding, result.Cache));
        Assert.Contains(hint, result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_has_only_the_headers_of_a_player()
    {
        using var activity = new Activity("ambient").Start();
        _edge.SetFile("/a.mp4", 403, "Set-Cookie: session=1; path=/", "WWW-Authenticate: Basic realm=\"x\"");
        await TestAsync("/a.mp4");
        await TestAsync("/a.mp4");
        Assert.Equal(4, _edge.RequestCount);
        Assert.All(_edge.Requests, static request => Assert.Equal(
            request.Method == "GET" ? ["Accept", "Host", "Range", "User-Agent"] : ["Accept", "Host", "User-Agent"],
            request.Headers.Keys.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        _edge.SetFile("/a.mp4", 302, $"Location: {_edge.Endpoint}b.mp4");
        EdgeTestResult result = await TestAsync("/a.mp4");
        Assert.Equal((302, EdgeFinding.Redirected), (result.StatusCode, result.Finding));
        Assert.Contains($"{_edge.Endpoint}b.mp4", result.Hint, StringComparison.Ordinal);
        Assert.Equal(1, _edge.RequestCount);
    }

    [Theory]
    [InlineData("/a%2Fb%41%zz/../c//d;e?auth_key=1-0-0-%2B+&x=/?")]
    [InlineData("/a|b^c`{}\"<>?q='*()!~")]
    public async Task The_URL_is_sent_byte_for_byte(string target)
    {
        _edge.AnyFile = true;
        Assert.Equal(EdgeFinding.Ok, (await TestAsync(target + "#t=5")).Finding);
        Assert.Equal(target, Assert.Single(_edge.Requests).Target);
    }

    [Theory]
    [InlineData(TlsFault.UntrustedRoot, "UntrustedRoot")]
    [InlineData(TlsFault.Expired, "NotTimeValid")]
    [InlineData(TlsFault.WrongName, "RemoteCertificateNameMismatch")]
    public async Task An_invalid_certificate_is_a_finding_and_nothing_is_sent(TlsFault fault, string reason)
    {
        using EdgeServer edge = EdgeServer.StartTls(fault);
        EdgeTestResult result = await _client.TestAsync($"{edge.Endpoint}a.mp4", TestClient.Context());
        Assert.Equal((null, EdgeFinding.TlsFailed, 0), (result.StatusCode, result.Finding, edge.RequestCount));
        Assert.Contains(reason, result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_TLS_has_a_specific_finding() =>
        Assert.Equal(EdgeFinding.TlsFailed, (await _client.TestAsync($"https://{_edge.Endpoint.Authority}/a.mp4", TestClient.Context())).Finding);

    [Fact]
    public async Task A_refused_connection_is_a_finding() =>
        Assert.Equal(EdgeFinding.ConnectionFailed, (await _client.TestAsync($"{ClosedPort.Refused()}a.mp4", TestClient.Context())).Finding);

    [Theory]
    [InlineData(1)]
    [InlineData(70)]
    [InlineData(240)]
    public async Task An_unknown_or_invalid_host_name_is_a_finding(int length) => Assert.Equal(
        EdgeFinding.NameNotResolved, (await _client.TestAsync($"https://{new string('h', length)}.invalid/a.mp4", TestClient.Context())).Finding);

    [Theory]
    [InlineData(FaultKind.ResetBeforeHeaders, EdgeFinding.ConnectionFailed)]
    [InlineData(FaultKind.ResetInHeaders, EdgeFinding.ConnectionFailed)]
    [InlineData(FaultKind.CloseBeforeHeaders, EdgeFinding.ConnectionFailed)]
    [InlineData(FaultKind.ResetInBody, EdgeFinding.Ok)]
    [InlineData(FaultKind.TruncatedBody, EdgeFinding.Ok)]
    [InlineData(FaultKind.StallInBody, EdgeFinding.Ok)]
    [InlineData(FaultKind.DripBody, EdgeFinding.Ok)]
    [InlineData(FaultKind.EndlessBody, EdgeFinding.Ok)]
    [InlineData(FaultKind.Gzip, EdgeFinding.Ok)]
    public async Task The_body_is_not_waited_for(FaultKind fault, EdgeFinding finding)
    {
        _edge.SetFile("/a.mp4");
        _edge.SetHeadStatus("/a.mp4", 405);
        _edge.SetFault("/a.mp4", fault);

        // The clock does not move: only the answer can end the test.
        Assert.Equal(finding, (await TestAsync("/a.mp4").WaitAsync(TimeSpan.FromSeconds(15))).Finding);
        await TestClient.EventuallyAsync(() => _edge.OpenConnections <= 1);
    }

    [Fact]
    public async Task Endless_headers_are_limited()
    {
        _edge.SetFile("/a.mp4", 200, [.. Enumerable.Range(0, 300).Select(number => $"X-Long-{number}: {new string('x', 100)}")]);
        EdgeTestResult result = await TestAsync("/a.mp4");
        Assert.Equal((null, EdgeFinding.Unexpected), (result.StatusCode, result.Finding));
    }

    [Theory]
    [InlineData(FaultKind.EndlessBody)]
    [InlineData(FaultKind.DripBody)]
    [InlineData(null)]
    public async Task Only_a_few_kilobytes_of_a_long_body_are_read(FaultKind? fault)
    {
        _edge.SetFile("/a.mp4", 403);
        if (fault is { } kind)
        {
            _edge.SetFault("/a.mp4", kind);
            _edge.SetHeadStatus("/a.mp4", 403);
        }

        var wires = new List<CountingStream>();
        void Count(SocketsHttpHandler sockets) => sockets.ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            wires.Add(new CountingStream(new NetworkStream(socket, ownsSocket: true)));
            return wires[^1];
        };

        using (var client = new EdgeClient(Settings() with { ConfigureSockets = Count }))
        {
            Assert.Equal(EdgeFinding.AccessDenied, (await client.TestAsync($"{_edge.Endpoint}a.mp4", TestClient.Context())).Finding);

            // That of GET is closed; that of HEAD is used again.
            await TestClient.EventuallyAsync(() => fault is null || _edge.OpenConnections == 1);
        }

        Assert.InRange(wires.Sum(static wire => wire.BytesRead), 200, 8 * 1024);
    }

    [Theory]
    [InlineData("/stalled.mp4")]
    [InlineData("/get-stalled.mp4")]
    public async Task The_timeout_applies_to_one_URL(string path)
    {
        _edge.SetFile("/get-stalled.mp4");
        _edge.SetHeadStatus("/get-stalled.mp4", 405);
        _edge.SetFault("/get-stalled.mp4", FaultKind.Stall);
        _edge.SetFault("/stalled.mp4", FaultKind.Stall);
        Task<EdgeTestResult> test = TestAsync(path);
        await TestClient.EventuallyAsync(() => _edge.RequestCount == (path == "/stalled.mp4" ? 1 : 2));
        _clock.Advance(SkippingClock.Endless);
        await TestClient.EventuallyAsync(() => _edge.RequestCount == 2);
        _clock.Advance(SkippingClock.Endless - TimeSpan.FromSeconds(1));
        Assert.False(test.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        EdgeTestResult result = await test;
        Assert.Equal((null, EdgeFinding.TimedOut), (result.StatusCode, result.Finding));
        Assert.Contains($"{_edge.Endpoint.Authority} within {2 * SkippingClock.Endless.TotalSeconds} s", result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_ends_a_test_and_its_connection()
    {
        _edge.SetFault("/stalled.mp4", FaultKind.Stall);
        using var cancellation = new CancellationTokenSource();
        Task<EdgeTestResult> test = _client.TestAsync($"{_edge.Endpoint}stalled.mp4", new InvocationContext(cancellation.Token));
        await TestClient.EventuallyAsync(() => _edge.RequestCount == 1);
        await cancellation.CancelAsync();
        await TestClient.AssertCanceledAsync(test);
        await TestClient.EventuallyAsync(() => _edge.OpenConnections == 0);
    }

    [Fact]
    public async Task Each_request_has_a_trace_line_with_what_is_sent()
    {
        _edge.SetFile("/a.mp4");
        _edge.SetHeadStatus("/a.mp4", 405);
        var context = TestClient.Context();
        await _client.TestAsync($"http://user:password@{_edge.Endpoint.Authority}/a.mp4#t", context);
        await _client.TestAsync($"{ClosedPort.Refused()}a.mp4", context);
        Assert.Collection(
            TestClient.TraceOf(context),
            line => Assert.StartsWith($"HEAD {_edge.Endpoint}a.mp4 -> 405 (", line, StringComparison.Ordinal),
            line => Assert.StartsWith($"GET {_edge.Endpoint}a.mp4 -> 206 (", line, StringComparison.Ordinal),
            line => Assert.StartsWith($"HEAD {ClosedPort.Refused()}a.mp4 -> no answer (", line, StringComparison.Ordinal));
        Assert.DoesNotContain("Authorization", _edge.Requests.SelectMany(request => request.Headers.Keys));
    }

    [Fact]
    public async Task Only_the_proxy_receives_its_password_and_it_receives_the_URL_without_a_user_name()
    {
        _edge.AnyFile = true;
        using ProxyServer proxy = ProxyServer.Start("user", "pass");
        using var client = new EdgeClient(Settings() with { Proxy = proxy.Endpoint, ProxyLogin = new ProxyLogin("user", string.Empty, new Secret("pass")) });
        string authority = $"cdn.example.com:{_edge.Endpoint.Port}";
        Assert.Equal(EdgeFinding.Ok, (await client.TestAsync($"http://me:secret@{authority}/a.mp4?auth_key=%2B", TestClient.Context())).Finding);
        Assert.All(proxy.Seen, line => Assert.Equal($"HEAD http://{authority}/a.mp4?auth_key=%2B", line));
        Assert.DoesNotContain(_edge.Requests.SelectMany(request => request.Headers.Keys), static name => name.Contains("Authorization", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_hint_does_not_contain_a_password_that_the_proxy_echoes()
    {
        using var network = new FakeNetwork(Answers.Body(302, "", ("Location", "https://proxy.example.com/?login=pass%3Aword&basic=dXNlcjpwYXNzOndvcmQ=")));
        using var client = new EdgeClient(Settings() with
        {
            Network = () => network,
            Proxy = new Uri("http://proxy.example.com"),
            ProxyLogin = new ProxyLogin("user", string.Empty, new Secret("pass:word")),
        });
        EdgeTestResult result = await client.TestAsync("http://cdn.example.com/a.mp4", TestClient.Context());
        Assert.Contains("leads to ***", result.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(407, "http", EdgeFinding.ConnectionFailed, "requires a login")]
    [InlineData(407, "https", EdgeFinding.ConnectionFailed, "requires a login")]
    [InlineData(403, "http", EdgeFinding.AccessDenied, "if only the proxy refuses, ask the administrator of the proxy")]
    [InlineData(404, "http", EdgeFinding.NotFound, "Or the proxy answered")]
    [InlineData(403, "https", EdgeFinding.ConnectionFailed, "(HTTP 403): ask the administrator of the proxy")]
    [InlineData(405, "https", EdgeFinding.ConnectionFailed, "(HTTP 405): ask the administrator of the proxy")]
    [InlineData(451, "https", EdgeFinding.ConnectionFailed, "(HTTP 451): ask the administrator of the proxy")]
    [InlineData(502, "http", EdgeFinding.ServerError, "Or the proxy answered")]
    [InlineData(502, "https", EdgeFinding.ConnectionFailed, "(HTTP 502): it could not reach the host")]
    public async Task What_the_proxy_refuses_is_a_finding(int status, string scheme, EdgeFinding finding, string hint)
    {
        using ProxyServer proxy = status == 407 ? ProxyServer.Start("user", "pass") : ProxyServer.Start();
        proxy.FailWith = status;
        using var client = new EdgeClient(Settings() with { Proxy = proxy.Endpoint, ProxyLogin = new ProxyLogin("user", string.Empty, new Secret("wrong-one")) });
        EdgeTestResult result = await client.TestAsync($"{scheme}://cdn.example.com/a.mp4", TestClient.Context());
        Assert.Equal(finding, result.Finding);
        Assert.Contains(hint, result.Hint, StringComparison.Ordinal);
        Assert.Equal(status == 407, result.Hint.Contains("login", StringComparison.Ordinal));
        Assert.DoesNotContain("wrong-one", result.Hint, StringComparison.Ordinal);
    }

    // The answers of Squid 5.7 as a forward proxy: a host that its rules deny, one that it cannot reach, and a login that it requires.
    [Theory]
    [InlineData(403, "ERR_ACCESS_DENIED 0", "http://proxy.example.com", EdgeFinding.ConnectionFailed, "ask the administrator of the proxy")]
    [InlineData(503, "ERR_DNS_FAIL 0", "http://proxy.example.com", EdgeFinding.ConnectionFailed, "could not reach the host")]
    [InlineData(407, "ERR_CACHE_ACCESS_DENIED 0", "http://proxy.example.com", EdgeFinding.ConnectionFailed, "requires a login")]
    [InlineData(403, "ERR_ACCESS_DENIED 0", null, EdgeFinding.AccessDenied, "hotlink protection")] // a node of the CDN
    public async Task What_Squid_says_as_a_proxy_is_not_reported_for_the_CDN(int status, string error, string? proxy, EdgeFinding finding, string hint)
    {
        using var network = new FakeNetwork(Answers.Body(status, "<html>", ("X-Squid-Error", error), ("X-Cache", "MISS from vm"), ("Via", "1.1 vm (squid/5.7)")));
        using var client = new EdgeClient(Settings() with { Network = () => network, Proxy = proxy is null ? null : new Uri(proxy) });
        EdgeTestResult result = await client.TestAsync("http://cdn.example.com/a.mp4", TestClient.Context());
        Assert.Equal((finding, status), (result.Finding, result.StatusCode));
        Assert.Contains(hint, result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_proxy_is_reported_as_the_cause()
    {
        using var client = new EdgeClient(Settings() with { Proxy = ClosedPort.Refused() });
        EdgeTestResult result = await client.TestAsync("https://cdn.example.com/a.mp4", TestClient.Context());
        Assert.Equal(EdgeFinding.ConnectionFailed, result.Finding);
        Assert.StartsWith("Check the address of the proxy", result.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socks5://proxy.example.com", null)]
    [InlineData("http://user:secret@proxy.example.com", null)]
    [InlineData("socks5://proxy.example.com", "user")]
    [InlineData(null, "user")]
    public void An_invalid_proxy_is_refused_immediately_and_its_password_is_overwritten(string? proxy, string? user)
    {
        using var password = new Secret("secret");
        VodClientException failure = Assert.Throws<VodClientException>(() => new EdgeClient(new TransportSettings
        {
            Proxy = proxy is null ? null : new Uri(proxy),
            ProxyLogin = user is null ? null : new ProxyLogin(user, string.Empty, password),
        }));
        Assert.Equal(user is not null, password.IsWiped);
        Assert.Equal((ErrorIds.InvalidEndpoint, FailureKind.InvalidSetting), (failure.ErrorCode, failure.Kind));
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    private TransportSettings Settings() => new() { Clock = _clock, Timeout = 2 * SkippingClock.Endless };

    private Task<EdgeTestResult> TestAsync(string target) =>
        _client.TestAsync($"{_edge.Endpoint.GetLeftPart(UriPartial.Authority)}{target}", TestClient.Context());
}
