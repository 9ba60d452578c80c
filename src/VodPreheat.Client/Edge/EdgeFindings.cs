using System.Globalization;
using System.Net;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;

namespace VodPreheat.Client.Edge;

/// <summary>
/// What an answer, or its absence, means for a file that was or will be pre-loaded, and what to look at. The only place that decides.
/// </summary>
/// <remarks>
/// Sources: the FAQs on pre-loading, cdn_faq/zh-cn_topic_0165310746 (caching, origin) and vod_faq/vod_08_0201 (hotlink and referer
/// protection); the VOD user guide on domains without traffic.
/// </remarks>
internal sealed class EdgeFindings(TransportSettings settings, Redactor redactor)
{
    private const string ProxyLogin = "The proxy requires a login, or refused the one that it was given.";

    /// <summary>What an answer says; its body is not looked at.</summary>
    public EdgeTestResult FromResponse(HttpResponseMessage response)
    {
        var headers = new CacheHeaders(response.Headers);
        int status = (int)response.StatusCode;
        (EdgeFinding finding, string hint) = status switch
        {
            >= 200 and < 300 => CacheControlHeader.FindForbidding(headers.CacheControl) is { } directive
                ? (EdgeFinding.NotCacheable, NotCacheable(directive, headers.State))
                : (EdgeFinding.Ok, Ok(headers.State)),
            304 => Unexpected(status),
            >= 300 and < 400 => (EdgeFinding.Redirected, Redirected(response)),
            401 or 403 => (
                EdgeFinding.AccessDenied,
                "Access was denied. With key hotlink protection, the URL must have a valid signature that has not expired. With referer protection, " +
                "an empty referer must be allowed. Also check the lists of IP addresses and user agents, which may exclude this machine only."),
            404 or 410 => (
                EdgeFinding.NotFound,
                "There is no such file. Check the spelling, in which case matters, that the asset is published, and that the file exists at the " +
                "origin. Directories and dynamic pages cannot be pre-loaded."),
            407 => (EdgeFinding.ConnectionFailed, ProxyLogin),
            >= 500 => (
                EdgeFinding.ServerError,
                "The CDN node or the origin failed. Check that the origin is running, allows requests of the CDN, and is not overloaded: " +
                "many files at once can use up its bandwidth."),
            _ => Unexpected(status),
        };
        return new EdgeTestResult(status, headers.State, headers.CacheControl, headers.Age, finding, hint);
    }

    /// <summary>What it means that there is no answer.</summary>
    public EdgeTestResult FromFailure(Uri uri, Exception error)
    {
        string host = redactor.Clean(uri.Authority);
        string detail = redactor.Clean(error.GetBaseException().Message).TrimEnd('.');
        (EdgeFinding finding, string hint) = error switch
        {
            OperationCanceledException => (
                EdgeFinding.TimedOut,
                string.Create(CultureInfo.InvariantCulture, $"There was no answer from {host} within {settings.Timeout.TotalSeconds} s. ") +
                "Check the network, firewalls and proxies on the way and the load of the origin, or allow more time."),
            HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } refusal => (
                EdgeFinding.ConnectionFailed,
                refusal.StatusCode == HttpStatusCode.ProxyAuthenticationRequired ? ProxyLogin : $"The proxy did not open a tunnel to {host}."),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError } when IsProxied(uri) => (
                EdgeFinding.ConnectionFailed,
                $"The proxy could not be reached: {detail}. Check its address."),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => (
                EdgeFinding.NameNotResolved,
                $"The name {host} could not be resolved. Check its spelling, the CNAME record of the acceleration domain, and the DNS of this " +
                "machine. A domain without traffic is disabled after one month, and deleted after two."),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => (
                EdgeFinding.TlsFailed,
                $"No trusted TLS connection to {host} was possible: {detail}. Check the certificate of the acceleration domain: its names, " +
                "its dates and its chain."),
            HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } => (
                EdgeFinding.Unexpected,
                $"The answer of {host} is not HTTP as expected: {detail}. Check the port in the URL."),
            _ => (
                EdgeFinding.ConnectionFailed,
                $"The connection to {host} failed: {detail}. Check the network and firewalls on the way, and the port in the URL."),
        };
        return new EdgeTestResult(StatusCode: null, CacheState.Unknown, CacheControl: null, Age: null, finding, hint);
    }

    // What one request cannot know is said with each of them.
    private static string Ok(CacheState cache) => cache switch
    {
        CacheState.Hit => "The node that answered has the file in its cache. ",
        CacheState.Miss => "The file is served, but the node that answered did not have it in its cache. This request may have brought it there. ",
        _ => "The file is served, but the answer does not show whether it came from the cache. ",
    } + "Only this one node, near this machine, was asked.";

    private string NotCacheable(string directive, CacheState cache) =>
        $"The answer has Cache-Control: {redactor.Clean(directive)}, which forbids caching. Change the header at the origin, or set a cache " +
        "rule for the acceleration domain that does not follow the origin." +
        (cache == CacheState.Hit ? " The node that answered has the file in its cache all the same." : string.Empty);

    private string Redirected(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Location", out System.Net.Http.Headers.HeaderStringValues target)
            ? $"The URL redirects to {redactor.Clean(target.ToString())}, which was not followed. Pre-load the URL at the end of the redirects."
            : "The answer is a redirect without a target. Check the redirect rules of the acceleration domain and of the origin.";

    private static (EdgeFinding, string) Unexpected(int status) => (EdgeFinding.Unexpected, status switch
    {
        416 => "The file is empty: it does not even have a first byte.",
        429 => "There were too many requests. Wait, and test fewer URLs at a time.",
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP {status} is not an answer for a file. Check the URL, and the rules of the acceleration domain and of the origin for it."),
    });

    // Then names are resolved, and connections made, by the proxy.
    private bool IsProxied(Uri uri) => settings.Proxy is not null || HttpClient.DefaultProxy.GetProxy(uri) is { } proxy && proxy != uri;
}
