using System.Net.Mime;
using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Http;

/// <summary>
/// A web page instead of an error of the API, whose errors are all JSON: a proxy, a firewall, a portal, or another web server has
/// answered. So it refuses neither the credentials nor the items, and the service has accepted nothing.
/// </summary>
internal static class WebPage
{
    /// <summary>What to do about the page; null if it is none, or if its status means the same from anyone: throttling, failures, the login of a proxy.</summary>
    public static string? HintFor(HttpResponseMessage response) => (int)response.StatusCode switch
    {
        407 or 408 or 429 or < 400 or (>= 500 and not 511) => null,
        _ when !IsPage(response) => null,
        400 or 421 or 495 or 496 => "Check {Endpoint}: the port may be one for another protocol, or the host may require a client certificate, which is not supported.",
        401 or 511 => "Sign in to the network first, or ask its administrator to allow requests to this host without a login.",
        404 or 405 or 410 => "Check {Region} and {Endpoint} of {Connection}: the host does not serve this API.",
        413 or 414 or 431 or 494 => ErrorCatalog.TooLarge,
        _ => "Ask the administrator of the network, or of the proxy, to allow requests to this host.",
    };

    private static bool IsPage(HttpResponseMessage response) =>
        BodyContent.MediaTypeOf(response) is { } type && type.StartsWith(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase)
        || BodyContent.Of(response).Span.TrimStart(" \t\r\n"u8).StartsWith("<"u8);
}
