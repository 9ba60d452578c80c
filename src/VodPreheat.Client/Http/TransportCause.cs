using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Http;

/// <summary>What is to blame for a request without an answer. A proxy is only if the request used it.</summary>
/// <param name="What">What happened, without the detail of the exception and the period.</param>
/// <param name="Hint">What to do next.</param>
/// <param name="Delivery">Whether the request was sent.</param>
internal readonly partial record struct TransportCause(string What, string Hint, Delivery Delivery)
{
    // .NET reads these variables once, when the first request of the process is sent.
    private const string CheckEnvironmentProxy =
        "Check HTTPS_PROXY and NO_PROXY in the environment; after a change, start a new session, or specify {Proxy} for {Connection}.";

    private const string CheckNetwork = "Check the network, then try again.";

    /// <summary>Finds the cause.</summary>
    /// <param name="error">The exception of the HTTP client.</param>
    /// <param name="uri">The address of the request.</param>
    /// <param name="settings">The settings that the request used.</param>
    public static TransportCause Of(Exception error, Uri uri, TransportSettings settings)
    {
        Uri? proxy = settings.ProxyFor(uri);
        string checkProxy = settings.Proxy is null ? CheckEnvironmentProxy : "Check {Proxy} of {Connection}.";
        string host = proxy is null ? uri.Authority : $"{uri.Authority} through the proxy {proxy.Authority}";
        HttpRequestError reason = error switch
        {
            HttpRequestException request => request.HttpRequestError,
            HttpIOException io => io.HttpRequestError,
            _ => HttpRequestError.Unknown,
        };
        return reason switch
        {
            HttpRequestError.NameResolutionError when proxy is not null =>
                new($"The name of the proxy, {proxy.Host}, could not be resolved", checkProxy, Delivery.NotSent),
            HttpRequestError.ConnectionError when proxy is not null =>
                new($"No connection to the proxy {proxy.Authority} could be established", checkProxy, Delivery.NotSent),
            HttpRequestError.NameResolutionError =>
                new($"The name {uri.Host} could not be resolved", "Check {Region} or {Endpoint}, and the DNS of this machine.", Delivery.NotSent),
            HttpRequestError.ConnectionError => new(
                $"No connection to {uri.Authority} could be established",
                "Check the network and {Endpoint}, then try again. If this network requires a proxy, specify {Proxy}.",
                Delivery.NotSent),
            HttpRequestError.ProxyTunnelError =>
                new($"The proxy did not open a tunnel to {uri.Authority}", OfTunnel(StatusOf(error), checkProxy), Delivery.NotSent),
            HttpRequestError.SecureConnectionError => OfHandshake(error, host, uri, proxy, checkProxy),

            // With TLS 1.3 the server refuses after the client's handshake, when the request may have been sent, but was not read.
            _ when Innermost(error).Message.Contains("certificate required", StringComparison.OrdinalIgnoreCase) => new(
                $"{host} requires a client certificate",
                "Client certificates are not supported: check whether {Endpoint} is the public address of the API.",
                Delivery.NotSent),
            HttpRequestError.ResponseEnded =>
                new($"{host} closed the connection in the middle of its answer", "Try again. If it happens again, check the network.", Delivery.Unknown),
            HttpRequestError.InvalidResponse =>
                new($"{host} did not answer in HTTP", "Check whether {Endpoint} is the address of an HTTP server.", Delivery.Unknown),
            _ => new($"The connection to {host} was interrupted", CheckNetwork, Delivery.Unknown),
        };
    }

    /// <summary>The status that a proxy answered instead of opening a tunnel; null if there is none.</summary>
    // .NET 8 has it only in the text of the exception, which is not localized.
    public static HttpStatusCode? StatusOf(Exception error) => error switch
    {
        HttpRequestException { StatusCode: { } status } => status,
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } tunnel when QuotedStatus().Match(tunnel.Message) is { Success: true } found =>
            (HttpStatusCode)int.Parse(found.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>The exception that says most.</summary>
    public static Exception Innermost(Exception error)
    {
        while (error.InnerException is { } inner && error is not SocketException)
        {
            error = inner;
        }

        return error;
    }

    private static TransportCause OfHandshake(Exception error, string host, Uri uri, Uri? proxy, string checkProxy)
    {
        // Which of the two TLS connections failed is not in the exception. Few proxies are servers of TLS themselves.
        bool isOwn = proxy?.Scheme == Uri.UriSchemeHttps;
        string peer = isOwn ? $"the proxy {proxy!.Authority}, or through it to {uri.Authority}," : host;
        string also = isOwn ? $" {checkProxy} The address of most proxies starts with http://; what is sent through them is encrypted nevertheless." : string.Empty;
        Exception innermost = Innermost(error);
        return innermost switch
        {
            IOException or SocketException => new(
                $"The connection to {peer} was closed during the TLS handshake",
                $"Check whether a firewall on the way blocks the host, and whether {{Endpoint}} is the address of an HTTPS server.{also}",
                Delivery.NotSent),
            _ when innermost.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase) => new(
                $"No trusted TLS connection to {peer} could be established",
                $"Check the certificate{(isOwn ? "s of the proxy and" : string.Empty)} of the host, and anything that inspects TLS on the way; certificates are always verified.{also}",
                Delivery.NotSent),
            _ => new(
                $"The TLS handshake for a connection to {peer} failed",
                $"Check whether {{Endpoint}} is the address of an HTTPS server, which requires no client certificate.{also}",
                Delivery.NotSent),
        };
    }

    /// <summary>Whether a status, instead of a tunnel, says that the rules of the proxy forbid the host.</summary>
    public static bool IsForbidden(int status) => status is 401 or 403 or 405 or 451;

    private static string OfTunnel(HttpStatusCode? status, string checkProxy) => (int?)status switch
    {
        407 => "Check {ProxyLogin} of {Connection}.",
        { } refused when IsForbidden(refused) => "Ask the administrator of the proxy to allow connections to this host.",
        >= 500 => "The proxy could not reach the host: check {Region} or {Endpoint}, then try again.",
        _ => checkProxy,
    };

    [GeneratedRegex(@"'(\d{3})'\W*\z")]
    private static partial Regex QuotedStatus();
}
