using System.Globalization;
using System.Net.Http.Headers;
using VodPreheat.Client.Credentials;
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

    private static readonly Action<object?> s_cancel = static timer => ((CancellationTokenSource)timer!).Cancel();

    private readonly TransportSettings _settings;
    private readonly ProxyLogin? _ownLogin;

    // A server can close a connection at the moment when it is used again. So only HEAD uses a connection again, and GET, which confirms
    // what HEAD did not get, has one of its own.
    private readonly HttpTransport _reusing;
    private readonly HttpTransport _fresh;
    private readonly Redactor _redactor;
    private readonly EdgeFindings _findings;

    /// <summary>Prepares the client; nothing is sent.</summary>
    /// <param name="settings">
    /// The timeout applies to one URL. The proxy is used for all of them.
    /// </param>
    /// <param name="ownsLogin">Whether the login of the proxy is owned by the client from now on.</param>
    /// <exception cref="VodClientException">The address of the proxy cannot be used, or there is a login without a proxy.</exception>
    public EdgeClient(TransportSettings settings, bool ownsLogin = true)
    {
        ArgumentNullException.ThrowIfNull(settings);
        try
        {
            _settings = settings with
            {
                Proxy = ServiceAddress.Proxy(settings.Proxy, settings.ProxyLogin),
                ConfigureSockets = Limit + settings.ConfigureSockets,
            };
        }
        catch
        {
            (ownsLogin ? settings.ProxyLogin : null)?.Dispose();
            throw;
        }

        _ownLogin = ownsLogin ? settings.ProxyLogin : null;
        _reusing = HttpTransport.Create(_settings, mayUseProxy: true);
        _fresh = HttpTransport.Create(_settings with { ConfigureSockets = _settings.ConfigureSockets + LimitToOneRequest }, mayUseProxy: true);
        Secret[] secrets = settings.ProxyLogin is { } login ? [login.Password] : [];
        _redactor = new Redactor(() => secrets);
        _findings = new EdgeFindings(_settings, _redactor);
    }

    /// <summary>Requests a URL with HEAD, and, if that does not get the file, with GET of its first byte, which decides.</summary>
    /// <param name="url">A URL that <see cref="PreheatUrl.IsValid"/> accepts.</param>
    /// <param name="context">Cancels the requests, and receives a trace line for each.</param>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public async Task<EdgeTestResult> TestAsync(string url, InvocationContext context)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(context);
        var wire = new Uri(WireUrl.Of(url));
        using var timer = new CancellationTokenSource(_settings.Timeout, _settings.Clock);
        using CancellationTokenRegistration caller = context.Cancellation.UnsafeRegister(s_cancel, timer);
        try
        {
            InvocationContext timed = context.With(timer.Token);
            if (await TryHeadAsync(wire, timed).ConfigureAwait(false) is { } served)
            {
                return served;
            }

            using HttpResponseMessage get = await SendAsync(HttpMethod.Get, wire, timed).ConfigureAwait(false);
            return _findings.FromResponse(get, IsForwarded(wire));
        }
        catch (Exception error) when (error is OperationCanceledException or HttpRequestException or IOException)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            return _findings.FromFailure(wire, error);
        }
    }

    /// <summary>Cancels all requests.</summary>
    public void Dispose()
    {
        _reusing.Dispose();
        _fresh.Dispose();
        _ownLogin?.Dispose();
    }

    // How much of an answer is read.
    private static void Limit(SocketsHttpHandler sockets)
    {
        sockets.MaxResponseHeadersLength = MaxHeaderLength;
        sockets.MaxResponseDrainSize = 0;

        // The timer of a test is the only limit; it does not matter whether the request was sent.
        sockets.ConnectTimeout = Timeout.InfiniteTimeSpan;
    }

    private static void LimitToOneRequest(SocketsHttpHandler sockets) => sockets.PooledConnectionLifetime = TimeSpan.Zero;

    /// <summary>The conclusion from HEAD; null if GET can have another answer.</summary>
    // Players do not send HEAD: a server that signs URLs for GET or does not know HEAD can refuse it with any status, or not answer.
    private async Task<EdgeTestResult?> TryHeadAsync(Uri wire, InvocationContext context)
    {
        using var timer = new CancellationTokenSource(_settings.Timeout / 2, _settings.Clock);
        using CancellationTokenRegistration whole = context.Cancellation.UnsafeRegister(s_cancel, timer);
        try
        {
            using HttpResponseMessage head = await SendAsync(HttpMethod.Head, wire, context.With(timer.Token)).ConfigureAwait(false);
            return (int)head.StatusCode is >= 200 and < 400 ? _findings.FromResponse(head, IsForwarded(wire)) : null;
        }
        catch (Exception error) when (!context.Cancellation.IsCancellationRequested && IsFromServer(error))
        {
            return null;
        }
    }

    // A proxy sees the requests for a plain HTTP URL, and can answer them itself.
    private bool IsForwarded(Uri wire) => wire.Scheme == Uri.UriSchemeHttp && _settings.ProxyForAny(wire) is not null;

    // Not if there was no connection that a request could be sent on.
    private static bool IsFromServer(Exception error) =>
        error is OperationCanceledException or IOException
        || error is HttpRequestException
        {
            HttpRequestError: not (HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        };

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri wire, InvocationContext context)
    {
        HttpTransport transport = method == HttpMethod.Head ? _reusing : _fresh;
        using HttpRequestMessage request = HttpRequests.Create(method, wire.OriginalString, context);
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        if (method == HttpMethod.Get)
        {
            request.Headers.Range = new RangeHeaderValue(0, 0);
        }

        long start = _settings.Clock.GetTimestamp();
        string outcome = "no answer";
        try
        {
            HttpResponseMessage response = await transport.Client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.Cancellation).ConfigureAwait(false);
            outcome = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
            return response;
        }
        finally
        {
            double elapsed = _settings.Clock.GetElapsedTime(start).TotalMilliseconds;
            context.Trace(_redactor.Clean(string.Create(CultureInfo.InvariantCulture, $"{method} {wire.OriginalString} -> {outcome} ({elapsed:0} ms)")));
        }
    }
}
