using System.Globalization;
using VodPreheat.Client.Http;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Edge;

/// <summary>
/// What an answer, or its absence, means for a file that was or will be pre-loaded, and what to check.
/// </summary>
/// <remarks>
/// Sources: the FAQs on pre-loading, cdn_faq/zh-cn_topic_0165310746 (caching, origin) and vod_faq/vod_08_0201 (hotlink and referer
/// protection); the VOD user guide on domains without traffic.
/// </remarks>
internal sealed class EdgeFindings(TransportSettings settings, Redactor redactor)
{
    private const string ProxyLogin = "The proxy requires a login, or refused the one that was specified.";

    private const string CannotReach = "it could not reach the host. Check the URL, then try again.";

    private const string AskProxy = "ask the administrator of the proxy to allow requests to this host.";

    // Squid names its errors in it, so that they differ from those of the CDN. Other proxies do not.
    private const string ProxyErrorName = "X-Squid-Error";

    private const string OkThroughProxy =
        "A proxy can answer an HTTP request from its own cache, so that the headers do not show whether the CDN has the file. " +
        "Test the HTTPS URL, or test without the proxy.";

    /// <summary>The conclusion from an answer; its body is not read.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="isForwarded">Whether it came through a proxy that can have a cache, and cache headers, of its own.</param>
    public EdgeTestResult FromResponse(HttpResponseMessage response, bool isForwarded)
    {
        var headers = new CacheHeaders(response);
        CacheState state = isForwarded ? CacheState.Unknown : headers.State;
        int status = (int)response.StatusCode;
        (EdgeFinding finding, string hint) = status switch
        {
            >= 200 and < 300 => headers.FindForbidding(settings.Clock.GetUtcNow()) is { } forbidding
                ? (EdgeFinding.NotCacheable, NotCacheable(forbidding, headers.CacheTtl, state))
                : (EdgeFinding.Ok, isForwarded ? OkThroughProxy : Ok(state, headers.IsStateFromAge)),
            304 => Unexpected(status),
            >= 300 and < 400 => (EdgeFinding.Redirected, Redirected(response)),
            407 => (EdgeFinding.ConnectionFailed, ProxyLogin),
            >= 400 when isForwarded && response.Headers.NonValidated.TryGetValues(ProxyErrorName, out System.Net.Http.Headers.HeaderStringValues own) => (
                EdgeFinding.ConnectionFailed,
                $"The proxy itself answered, not the CDN ({redactor.Clean(own.ToString())}): " + (status >= 500 ? CannotReach : AskProxy)),
            401 or 403 => (
                EdgeFinding.AccessDenied,
                "With key hotlink protection, use a signed URL that has not expired. With referer protection, allow an empty referer. " +
                "Also check the lists of IP addresses and user agents; they may exclude this machine only."),
            404 or 410 => (
                EdgeFinding.NotFound,
                "Check that the URL is spelled correctly (case matters), that the asset is published, and that the file exists at the origin."),
            >= 500 => (
                EdgeFinding.ServerError,
                "Check that the origin is running, allows requests from the CDN, and is not overloaded: many files at once can use up its bandwidth."),
            _ => Unexpected(status),
        };
        if (isForwarded && status >= 400 && finding != EdgeFinding.ConnectionFailed)
        {
            hint += $" Or the proxy answered, not the CDN: test the HTTPS URL, or test without the proxy; if only the proxy refuses, {AskProxy}";
        }

        return new EdgeTestResult(status, state, headers.CacheControl, headers.Age, headers.CacheTtl, finding, hint);
    }

    /// <summary>The conclusion from a request without an answer.</summary>
    public EdgeTestResult FromFailure(Uri uri, Exception error)
    {
        string host = redactor.Clean(uri.Authority);
        Uri? proxy = settings.ProxyForAny(uri);
        string detail = redactor.Clean(error.GetBaseException().Message).TrimEnd('.');
        (EdgeFinding finding, string hint) = error switch
        {
            OperationCanceledException => (
                EdgeFinding.TimedOut,
                string.Create(CultureInfo.InvariantCulture, $"There was no answer from {host} within {settings.Timeout.TotalSeconds} s. ") +
                "Check firewalls and proxies on the way, and the load of the origin; or increase the timeout."),
            HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } refusal => (
                EdgeFinding.ConnectionFailed,
                (int?)TransportCause.StatusOf(refusal) switch
                {
                    407 => ProxyLogin,
                    { } status when TransportCause.IsForbidden(status) => $"The proxy did not open a tunnel to {host} (HTTP {status}): {AskProxy}",
                    >= 500 and { } status => $"The proxy did not open a tunnel to {host} (HTTP {status}): {CannotReach}",
                    _ => $"The proxy did not open a tunnel to {host}: check whether it requires a login, allows this host, and can reach it.",
                }),

            // The proxy resolves names and connects to hosts; the client only connects to the proxy.
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError } when proxy is not null => (
                EdgeFinding.ConnectionFailed,
                $"Check the address of the proxy {redactor.Clean(proxy.Authority)}, which could not be reached: {detail}."),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => (
                EdgeFinding.NameNotResolved,
                $"Check the spelling of {host}, the CNAME record of the acceleration domain, and the DNS of this machine. " +
                "A domain without traffic is disabled after one month and deleted after two."),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => (
                EdgeFinding.TlsFailed,
                $"Check the certificate of the acceleration domain (names, dates, chain), and anything that inspects TLS on the way: {detail}."),
            HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } => (
                EdgeFinding.Unexpected,
                $"Check the port in the URL; the answer of {host} is not HTTP as expected: {detail}."),
            _ => (
                EdgeFinding.ConnectionFailed,
                $"Check the port in the URL, and the network and firewalls on the way to {host}: {detail}."),
        };
        return new EdgeTestResult(StatusCode: null, CacheState.Unknown, CacheControl: null, Age: null, CacheTtl: null, finding, hint);
    }

    // One request shows one node, and may itself load the file into its cache.
    private static string Ok(CacheState cache, bool isFromAge) => cache switch
    {
        CacheState.Hit when isFromAge =>
            "The node that answered, one near this machine, has the file in its cache, according to the Age header, which an origin can also send. " +
            "Other nodes may not.",
        CacheState.Hit => "The node that answered, one near this machine, has the file in its cache. Other nodes may not.",
        CacheState.Miss =>
            "The node that answered, one near this machine, did not have the file in its cache; this request may have loaded it. " +
            "Other nodes may differ.",
        _ => "The node that answered, one near this machine, does not say whether it has the file in its cache. Other nodes may differ.",
    };

    private string NotCacheable(string forbidding, int? cacheTtl, CacheState cache) =>
        (cacheTtl == 0
            ? $"The node gives the file a cache time of 0 ({CacheHeaders.CacheTtlName}): set a cache rule for the acceleration domain. "
            : "Change the header at the origin, or set a cache rule for the acceleration domain that overrides it. ") +
        $"{redactor.Clean(forbidding)} forbids caching." +
        (cacheTtl > 0
            ? string.Create(CultureInfo.InvariantCulture, $" The node gives the file a cache time of {cacheTtl} s nevertheless ({CacheHeaders.CacheTtlName}).")
            : string.Empty) +
        (cache == CacheState.Hit ? " The node that answered nevertheless has the file in its cache." : string.Empty);

    private string Redirected(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Location", out System.Net.Http.Headers.HeaderStringValues target)
            ? $"Pre-load the URL at the end of the redirects, which are not followed; this one leads to {redactor.Clean(target.ToString())}"
            : "Check the redirect rules of the acceleration domain and of the origin: this redirect has no target.";

    private static (EdgeFinding, string) Unexpected(int status) => (EdgeFinding.Unexpected, status switch
    {
        416 => "The file is empty: it has no first byte.",
        429 => "There were too many requests: wait, and test fewer URLs at a time.",
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"Check the URL, and the rules of the acceleration domain and of the origin: HTTP {status} is not an expected answer for a file."),
    });
}
