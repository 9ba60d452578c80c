using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Preheating;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Edge;

/// <summary>
/// Requests files from the CDN like a player, to find out whether they are served, cached and cacheable. No credential, cookie or
/// referer is sent, no redirect is followed, and little more than the headers of an answer is read.
/// </summary>
public sealed class EdgeClient : IDisposable
{
    // In kilobytes. The headers of a CDN's answer are far smaller; a larger answer is refused.
    private const int MaxHeaderLength = 16;

    // In bytes. So much of a body is read that the connection can be reused: enough for the one byte that is requested.
    private const int MaxDrainLength = 1024;

    private readonly TransportSettings _settings;
    private readonly HttpTransport _transport;
    private readonly Redactor _redactor;
    private readonly EdgeFindings _findings;

    /// <summary>Prepares the client; nothing is sent.</summary>
    /// <param name="settings">
    /// The timeout applies to one URL. The proxy is used for all of them; its login is owned by the client from now on.
    /// </param>
    /// <exception cref="VodClientException">The address of the proxy cannot be used, or there is a login without a proxy.</exception>
    public EdgeClient(TransportSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        try
        {
            _settings = settings with { Proxy = ServiceAddress.Proxy(settings.Proxy, settings.ProxyLogin), ConfigureSockets = Limit };
        }
        catch
        {
            settings.ProxyLogin?.Dispose();
            throw;
        }

        _transport = HttpTransport.Create(_settings, mayUseProxy: true);
        Secret[] secrets = settings.ProxyLogin is { } login ? [login.Password] : [];
        _redactor = new Redactor(() => secrets);
        _findings = new EdgeFindings(_settings, _redactor);
    }

    /// <summary>Requests a URL with HEAD, and with GET of its first byte if HEAD is refused.</summary>
    /// <param name="url">A URL that <see cref="PreheatUrl.IsValid"/> accepts.</param>
    /// <param name="context">Cancels the requests, and receives a trace line for each.</param>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public async Task<EdgeTestResult> TestAsync(string url, InvocationContext context)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(context);
        string wire = WireUrl.Of(url);
        using var timer = new CancellationTokenSource(_settings.Timeout, _settings.Clock);
        using CancellationTokenRegistration caller = context.Cancellation.UnsafeRegister(
            static either => ((CancellationTokenSource)either!).Cancel(), timer);
        try
        {
            using HttpResponseMessage head = await SendAsync(HttpMethod.Head, wire, context, timer.Token).ConfigureAwait(false);
            if (head.StatusCode is not (HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented or HttpStatusCode.Forbidden))
            {
                return _findings.FromResponse(head);
            }

            using HttpResponseMessage get = await SendAsync(HttpMethod.Get, wire, context, timer.Token).ConfigureAwait(false);
            return _findings.FromResponse(get);
        }
        catch (Exception error) when (error is OperationCanceledException or HttpRequestException or IOException)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            return _findings.FromFailure(new Uri(wire), error);
        }
    }

    /// <summary>Cancels all requests.</summary>
    public void Dispose()
    {
        _transport.Dispose();
        _settings.ProxyLogin?.Dispose();
    }

    /// <summary>Limits how much of an answer is read.</summary>
    internal static void Limit(SocketsHttpHandler sockets)
    {
        sockets.MaxResponseHeadersLength = MaxHeaderLength;
        sockets.MaxResponseDrainSize = MaxDrainLength;

        // The timer of a test is the only limit; it does not matter whether the request was sent.
        sockets.ConnectTimeout = Timeout.InfiniteTimeSpan;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string wire, InvocationContext context, CancellationToken cancellation)
    {
        using HttpRequestMessage request = HttpRequests.Create(method, wire, context);
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        if (method == HttpMethod.Get)
        {
            request.Headers.Range = new RangeHeaderValue(0, 0);
        }

        long start = _settings.Clock.GetTimestamp();
        string outcome = "no answer";
        try
        {
            HttpResponseMessage response = await _transport.Client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            outcome = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
            return response;
        }
        finally
        {
            double elapsed = _settings.Clock.GetElapsedTime(start).TotalMilliseconds;
            context.Trace(_redactor.Clean(string.Create(CultureInfo.InvariantCulture, $"{method} {wire} -> {outcome} ({elapsed:0} ms)")));
        }
    }
}
