using System.Net;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Http;

/// <summary>Which addresses requests can be sent to, and which of them can carry secrets.</summary>
public static class ServiceAddress
{
    /// <summary>Checks the address of a service that must be on this machine.</summary>
    /// <exception cref="VodClientException">Not an absolute HTTP or HTTPS address, or not a loopback address.</exception>
    internal static Uri OnThisMachine(string text, string variable)
    {
        string hint = $"Remove the environment variable {variable}: it is only for tests on this machine.";
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri))
        {
            throw Invalid("address", text, hint);
        }

        return IsLoopback(Usable(uri, $"{variable}", hint)) ? uri : throw new VodClientException(
            FailureKind.InsecureEndpoint, ErrorIds.InsecureEndpoint, $"{uri.Host} is not a loopback address.", hint);
    }

    /// <summary>Checks the address of a proxy. A login is sent to a proxy that was specified, never to one from the environment.</summary>
    /// <exception cref="VodClientException">Not an absolute HTTP or HTTPS address, or one that contains a login; a login without a proxy.</exception>
    public static Uri? Proxy(Uri? proxy, ProxyLogin? login) =>
        proxy is { IsAbsoluteUri: true } && (proxy.Scheme == Uri.UriSchemeHttp || proxy.Scheme == Uri.UriSchemeHttps) ? Usable(proxy, "{Proxy}", "Specify the login of the proxy as {ProxyLogin}.")
        : proxy is not null ? throw NotOfHttp(proxy.OriginalString)
        : login is null ? null
        : throw new VodClientException(
            FailureKind.InvalidSetting,
            ErrorIds.InvalidEndpoint,
            "A login for a proxy is specified, but no proxy: a login is not sent to a proxy that the environment specifies.",
            "Also specify {Proxy}.");

    /// <summary>
    /// Whether requests to the endpoint can use a proxy. Plain HTTP never leaves this machine, so that no proxy
    /// elsewhere can read a token; a proxy on loopback is on this machine.
    /// </summary>
    internal static bool MayUseProxy(Uri endpoint, Uri? proxy) => endpoint.Scheme == Uri.UriSchemeHttps || (proxy is not null && IsLoopback(proxy));

    /// <summary>What the paths of a service's operations are appended to: its address, without a slash at its end.</summary>
    internal static string RootOf(Uri endpoint) => endpoint.GetLeftPart(UriPartial.Authority) + endpoint.AbsolutePath.TrimEnd('/');

    internal static bool IsLoopback(Uri uri) =>
        string.Equals(uri.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    /// <summary>Checks the address of a service that credentials are sent to.</summary>
    /// <exception cref="VodClientException">Not an absolute HTTP or HTTPS address, one that contains a login, or HTTP to a host that is not loopback.</exception>
    internal static Uri Checked(Uri uri, string setting)
    {
        Usable(uri, setting, "Specify only scheme, host, port, and path.");
        if (uri.Scheme == Uri.UriSchemeHttp && !IsLoopback(uri))
        {
            throw new VodClientException(
                FailureKind.InsecureEndpoint,
                ErrorIds.InsecureEndpoint,
                $"HTTP to {uri.Host} would send credentials unencrypted over the network.",
                $"Use HTTPS in {setting}; HTTP is allowed only for loopback addresses.");
        }

        return uri;
    }

    // The address as curl and other tools accept it, without a scheme, is the path of a relative address, or has the host as its scheme.
    private static VodClientException NotOfHttp(string proxy)
    {
        string host = proxy[(proxy.IndexOf("://", StringComparison.Ordinal) is >= 0 and int end ? end + 3 : 0)..];
        return Invalid(
            "address of the proxy",
            proxy,
            "Specify {Proxy} with its scheme; SOCKS proxies are not supported.",
            Uri.TryCreate($"http://{host}", UriKind.Absolute, out _) ? $"it must start with http:// or https://, such as http://{host}" : "it must start with http:// or https://");
    }

    private static Uri Usable(Uri uri, string setting, string hint)
    {
        if (!uri.IsAbsoluteUri || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp) || uri.Host.Length == 0)
        {
            throw Invalid("address", uri.OriginalString, $"Check {setting}: it must be an absolute address that starts with https://.");
        }

        // The address is not repeated here: it may contain a password.
        return uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? uri
            : throw Invalid("address", uri.Host, $"Check {setting}: it must not contain a login, a query, or a fragment. {hint}");
    }

    /// <summary>The error for an address that cannot be used. One that contains a login is not repeated in the message.</summary>
    internal static VodClientException Invalid(string noun, string text, string hint, string? reason = null) => new(
        FailureKind.InvalidSetting,
        ErrorIds.InvalidEndpoint,
        text.Contains('@', StringComparison.Ordinal) ? $"The {noun} cannot be used." : $"The {noun} '{text}' cannot be used{(reason is null ? "." : $": {reason}.")}",
        hint);
}
