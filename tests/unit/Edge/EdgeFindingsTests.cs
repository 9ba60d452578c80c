using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using VodPreheat.Client.Edge;
using VodPreheat.Client.Http;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Edge;

public sealed class EdgeFindingsTests
{
    [Theory]
    [InlineData(200, EdgeFinding.Ok, "does not say")]
    [InlineData(206, EdgeFinding.Ok, "does not say")]
    [InlineData(204, EdgeFinding.Ok, "does not say")]
    [InlineData(300, EdgeFinding.Redirected, "no target")]
    [InlineData(301, EdgeFinding.Redirected, "no target")]
    [InlineData(302, EdgeFinding.Redirected, "no target")]
    [InlineData(303, EdgeFinding.Redirected, "no target")]
    [InlineData(304, EdgeFinding.Unexpected, "HTTP 304")]
    [InlineData(307, EdgeFinding.Redirected, "no target")]
    [InlineData(308, EdgeFinding.Redirected, "no target")]
    [InlineData(400, EdgeFinding.Unexpected, "HTTP 400")]
    [InlineData(401, EdgeFinding.AccessDenied, "signed URL")]
    [InlineData(403, EdgeFinding.AccessDenied, "referer")]
    [InlineData(404, EdgeFinding.NotFound, "published")]
    [InlineData(405, EdgeFinding.Unexpected, "HTTP 405")]
    [InlineData(407, EdgeFinding.ConnectionFailed, "proxy requires a login")]
    [InlineData(410, EdgeFinding.NotFound, "published")]
    [InlineData(416, EdgeFinding.Unexpected, "empty")]
    [InlineData(418, EdgeFinding.Unexpected, "HTTP 418")]
    [InlineData(429, EdgeFinding.Unexpected, "too many")]
    [InlineData(499, EdgeFinding.Unexpected, "HTTP 499")]
    [InlineData(500, EdgeFinding.ServerError, "origin")]
    [InlineData(501, EdgeFinding.ServerError, "origin")]
    [InlineData(503, EdgeFinding.ServerError, "origin")]
    [InlineData(504, EdgeFinding.ServerError, "origin")]
    [InlineData(599, EdgeFinding.ServerError, "origin")]
    public async Task A_status_has_its_finding_and_hint(int status, EdgeFinding finding, string hint)
    {
        EdgeTestResult result = await TestAsync(Answers.Body(status, ""));
        Assert.Equal((status, finding), (result.StatusCode, result.Finding));
        Assert.Contains(hint, result.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", CacheState.Hit, "has the file in its cache. Other nodes may not")]
    [InlineData("0", CacheState.Miss, "may have loaded it")]
    [InlineData("", CacheState.Unknown, "does not say")]
    public async Task The_hint_says_what_one_request_cannot_show(string proxyType, CacheState state, string hint)
    {
        EdgeTestResult result = await TestAsync(Answers.Body(200, "", ("x-hcs-proxy-type", proxyType)));
        Assert.Equal((EdgeFinding.Ok, state), (result.Finding, result.Cache));
        Assert.Contains(hint, result.Hint, StringComparison.Ordinal);
        Assert.Contains("one near this machine", result.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", false)]
    [InlineData("1", true)]
    public async Task A_file_that_is_not_cacheable_is_reported_even_if_a_node_has_it(string proxyType, bool isCached)
    {
        EdgeTestResult result = await TestAsync(Answers.Body(200, "", ("Cache-Control", "public, max-age=0"), ("Age", "3"), ("x-hcs-proxy-type", proxyType)));
        Assert.Equal((EdgeFinding.NotCacheable, "public, max-age=0", 3), (result.Finding, result.CacheControl, result.Age));
        Assert.Contains("max-age=0 forbids", result.Hint, StringComparison.Ordinal);
        Assert.Equal(isCached, result.Hint.Contains("nevertheless has", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Cache-Control", "no-store", null, "Change the header at the origin, or set a cache rule")]
    [InlineData("Expires", "0", null, "Expires: 0 forbids caching.")]
    [InlineData("Vary", "*", null, "Vary: * forbids caching.")]
    [InlineData("X-CCDN-CacheTTL", "0", 0, "The node gives the file a cache time of 0 (X-CCDN-CacheTTL): set a cache rule")]
    public async Task The_hint_says_what_forbids_caching(string header, string value, int? cacheTtl, string hint)
    {
        EdgeTestResult result = await TestAsync(Answers.Body(200, "", (header, value)));
        Assert.Equal((EdgeFinding.NotCacheable, cacheTtl), (result.Finding, result.CacheTtl));
        Assert.Contains(hint, result.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain("nevertheless", result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_time_of_the_node_is_reported_beside_what_the_origin_forbids()
    {
        EdgeTestResult result = await TestAsync(Answers.Body(200, "", ("Cache-Control", "no-store"), ("X-CCDN-CacheTTL", "60")));
        Assert.Equal((EdgeFinding.NotCacheable, 60), (result.Finding, result.CacheTtl));
        Assert.Contains("a cache time of 60 s nevertheless", result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hit_by_its_age_is_reported_with_what_an_age_can_also_mean()
    {
        EdgeTestResult result = await TestAsync(Answers.Body(200, "", ("Age", "1")));
        Assert.Equal(CacheState.Hit, result.Cache);
        Assert.Contains("which an origin can also send", result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cache_control_is_evaluated_only_for_a_file_that_is_served()
    {
        EdgeTestResult result = await TestAsync(Answers.Body(404, "", ("Cache-Control", "no-store")));
        Assert.Equal((EdgeFinding.NotFound, "no-store"), (result.Finding, result.CacheControl));
    }

    [Fact]
    public async Task The_target_of_a_redirect_is_shown_without_control_characters()
    {
        EdgeTestResult result = await TestAsync(Answers.Body(302, "", ("Location", "https://login.example.com/\u001b]0;x\u0007?next=\u202e1")));
        Assert.Contains("https://login.example.com/ ]0;x ?next= 1", result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directive_is_shown_without_control_characters()
    {
        EdgeTestResult result = await TestAsync(Answers.Body(200, "", ("Cache-Control", "max-age=\u001b[2J")));
        Assert.Equal("max-age=\u001b[2J", result.CacheControl);
        Assert.DoesNotContain('\u001b', result.Hint);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, EdgeFinding.NameNotResolved, "spelling of edge.test.invalid")]
    [InlineData(HttpRequestError.ConnectionError, EdgeFinding.ConnectionFailed, "edge.test.invalid: deep reason.")]
    [InlineData(HttpRequestError.SecureConnectionError, EdgeFinding.TlsFailed, "certificate")]
    [InlineData(HttpRequestError.ProxyTunnelError, EdgeFinding.ConnectionFailed, "proxy did not open a tunnel to edge.test.invalid")]
    [InlineData(HttpRequestError.ResponseEnded, EdgeFinding.ConnectionFailed, "deep reason")]
    [InlineData(HttpRequestError.Unknown, EdgeFinding.ConnectionFailed, "deep reason")]
    [InlineData(HttpRequestError.InvalidResponse, EdgeFinding.Unexpected, "deep reason")]
    [InlineData(HttpRequestError.ConfigurationLimitExceeded, EdgeFinding.Unexpected, "deep reason")]
    public async Task A_failure_has_its_finding_and_hint(HttpRequestError error, EdgeFinding finding, string hint)
    {
        EdgeTestResult result = await TestAsync(Answers.Throws(new HttpRequestException(error, "outer", new AuthenticationException("deep\u001breason."))));
        Assert.Equal(new EdgeTestResult(null, CacheState.Unknown, null, null, null, finding, result.Hint), result);
        Assert.Contains(hint, result.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError)]
    [InlineData(HttpRequestError.ConnectionError)]
    public async Task Failures_of_the_proxy_are_not_reported_for_the_host(HttpRequestError error)
    {
        var failure = new HttpRequestException(error, "outer", new SocketException((int)SocketError.ConnectionRefused));
        EdgeTestResult result = await TestAsync(Answers.Throws(failure), new Uri("http://proxy.test.invalid:3128"));
        Assert.Equal(EdgeFinding.ConnectionFailed, result.Finding);
        Assert.StartsWith("Check the address of the proxy", result.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, true, EdgeFinding.ConnectionFailed, "(ERR_NAME 0): ask the administrator of the proxy")]
    [InlineData(403, true, EdgeFinding.ConnectionFailed, "(ERR_NAME 0): ask the administrator of the proxy")]
    [InlineData(499, true, EdgeFinding.ConnectionFailed, "(ERR_NAME 0): ask the administrator of the proxy")]
    [InlineData(500, true, EdgeFinding.ConnectionFailed, "(ERR_NAME 0): it could not reach")]
    [InlineData(503, true, EdgeFinding.ConnectionFailed, "(ERR_NAME 0): it could not reach")]
    [InlineData(399, true, EdgeFinding.Redirected, "no target")]
    [InlineData(400, false, EdgeFinding.Unexpected, "HTTP 400")]
    [InlineData(403, false, EdgeFinding.AccessDenied, "signed URL")]
    [InlineData(503, false, EdgeFinding.ServerError, "origin")]
    [InlineData(200, false, EdgeFinding.Ok, "without the proxy")]
    [InlineData(407, false, EdgeFinding.ConnectionFailed, "proxy requires a login")]
    public async Task An_answer_to_an_HTTP_URL_can_be_that_of_the_proxy(int status, bool isNamed, EdgeFinding finding, string hint)
    {
        EdgeTestResult result = await TestAsync(
            Answers.Body(status, "", isNamed ? [("X-Squid-Error", "ERR_NAME 0")] : []), new Uri("http://proxy.test.invalid:3128"), Uri.UriSchemeHttp);
        Assert.Equal((finding, CacheState.Unknown), (result.Finding, result.Cache));
        Assert.Contains(hint, result.Hint, StringComparison.Ordinal);
        Assert.Equal(
            status >= 400 && finding != EdgeFinding.ConnectionFailed, result.Hint.Contains("Or the proxy answered, not the CDN", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(403)]
    [InlineData(503)]
    public async Task An_answer_to_an_HTTPS_URL_is_that_of_the_CDN(int status)
    {
        EdgeTestResult result = await TestAsync(Answers.Body(status, "", ("X-Squid-Error", "ERR_NAME 0")), new Uri("http://proxy.test.invalid:3128"));
        Assert.NotEqual(EdgeFinding.ConnectionFailed, result.Finding);
        Assert.DoesNotContain("proxy", result.Hint, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "(HTTP 403): ask the administrator of the proxy")]
    [InlineData(HttpStatusCode.InternalServerError, "(HTTP 500): it could not reach")]
    [InlineData(HttpStatusCode.BadGateway, "(HTTP 502): it could not reach")]
    [InlineData(HttpStatusCode.Conflict, "edge.test.invalid: check whether it requires a login")]
    public async Task A_proxy_that_opens_no_tunnel_is_reported_with_its_reason(HttpStatusCode status, string hint)
    {
        EdgeTestResult result = await TestAsync(Answers.Throws(new HttpRequestException(HttpRequestError.ProxyTunnelError, "refused", null, status)));
        Assert.Equal(EdgeFinding.ConnectionFailed, result.Finding);
        Assert.Contains(hint, result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_requires_a_password_is_reported_without_its_address()
    {
        var failure = new HttpRequestException(
            HttpRequestError.ProxyTunnelError, "The proxy tunnel request to proxy 'http://u:secret@p/' failed", null, HttpStatusCode.ProxyAuthenticationRequired);
        EdgeTestResult result = await TestAsync(Answers.Throws(failure));
        Assert.Equal(EdgeFinding.ConnectionFailed, result.Finding);
        Assert.Equal("The proxy requires a login, or refused the one that was specified.", result.Hint);
    }

    [Fact]
    public async Task A_broken_socket_is_a_connection_failure() =>
        Assert.Equal(EdgeFinding.ConnectionFailed, (await TestAsync(Answers.Throws(new IOException("broken pipe")))).Finding);

    private static async Task<EdgeTestResult> TestAsync(Answer answer, Uri? proxy = null, string scheme = "https")
    {
        using var network = new FakeNetwork(answer);
        using var client = new EdgeClient(new TransportSettings { Network = () => network, Timeout = SkippingClock.Endless, Proxy = proxy });
        return await client.TestAsync($"{scheme}://edge.test.invalid/v/a.mp4?auth_key=1", TestClient.Context());
    }
}
