using System.Net;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Connections;

/// <summary>Regions and the addresses of their services, and which addresses may carry secrets.</summary>
/// <remarks>Source: VodRegion of the official SDKs; the endpoint pages of IAM.</remarks>
public static class Endpoints
{
    private const string Cloud = "myhuaweicloud.com";

    /// <summary>The known regions of VOD, with their locations.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Regions { get; } =
    [
        new("cn-north-4", "CN North-Beijing4"),
        new("cn-north-1", "CN North-Beijing1"),
        new("cn-east-2", "CN East-Shanghai2"),
        new("ap-southeast-1", "CN-Hong Kong"),
        new("ap-southeast-2", "AP-Bangkok"),
        new("ap-southeast-3", "AP-Singapore"),
    ];

    /// <summary>The address of VOD: specified, or from HUAWEICLOUD_SDK_REGION_VOD_{REGION}, or derived from the region ID.</summary>
    /// <exception cref="VodClientException">Neither region nor endpoint; not usable; HTTP to a host that is not loopback.</exception>
    public static Uri Vod(Uri? endpoint, string? region, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (endpoint is not null)
        {
            return Checked(endpoint, $"{HintName.Endpoint}");
        }

        if (string.IsNullOrWhiteSpace(region))
        {
            throw new VodClientException(
                FailureKind.InvalidSetting,
                ErrorIds.RegionRequired,
                "Neither a region nor an endpoint is known.",
                $"Specify {HintName.Region} (for example cn-north-4) or {HintName.Endpoint} for {HintName.Connection}, or set the environment variable HW_REGION_NAME.");
        }

        if (!region.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            throw Invalid("region", region, $"Check {HintName.Region}: a region ID consists of letters, digits, and '-', such as cn-north-4.");
        }

        string variable = "HUAWEICLOUD_SDK_REGION_VOD_" + region.ToUpperInvariant().Replace('-', '_');
        string? listed = environment(variable)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return FromHost(listed ?? $"vod.{region}.{Cloud}", variable);
    }

    /// <summary>
    /// The address of IAM: specified, or from HUAWEICLOUD_SDK_IAM_ENDPOINT, or derived from the region ID, else the global one. The latter
    /// two only with a VOD of the public cloud: passwords, tokens and keys are never sent to a cloud that they do not belong to.
    /// </summary>
    /// <exception cref="VodClientException">Not usable, not known, or HTTP to a host that is not loopback.</exception>
    public static Uri Iam(Uri? endpoint, Uri vod, string? region, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(vod);
        ArgumentNullException.ThrowIfNull(environment);
        if (endpoint is not null)
        {
            return Checked(endpoint, $"{HintName.IamEndpoint}");
        }

        const string Variable = "HUAWEICLOUD_SDK_IAM_ENDPOINT";
        if (environment(Variable) is { Length: > 0 } listed)
        {
            return FromHost(listed.Trim(), Variable);
        }

        if (!IsPublicCloud(vod))
        {
            throw new VodClientException(
                FailureKind.InvalidSetting,
                ErrorIds.InvalidEndpoint,
                $"Signing in requires IAM, and the IAM address that belongs to {vod.Authority} is not known: that host is not in {Cloud}.",
                $"Specify {HintName.IamEndpoint} for {HintName.Connection}, or set the environment variable {Variable}.");
        }

        // The global host serves every region; regional hosts are only known to exist in the regions of VOD.
        return FromHost(Regions.Any(known => known.Key == region) ? $"iam.{region}.{Cloud}" : $"iam.{Cloud}", Variable);
    }

    /// <summary>Checks the address of a service that must be on this machine.</summary>
    /// <exception cref="VodClientException">Not an absolute HTTP or HTTPS address, or not a loopback address.</exception>
    internal static Uri OnThisMachine(string text, string variable)
    {
        Hint hint = $"Remove the environment variable {variable}: it is only for tests on this machine.";
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
        proxy is not null ? Usable(proxy, $"{HintName.Proxy}", $"Specify the login of the proxy as {HintName.ProxyLogin}.")
        : login is null ? null
        : throw new VodClientException(
            FailureKind.InvalidSetting,
            ErrorIds.InvalidEndpoint,
            "A login for a proxy is specified, but no proxy: a login is not sent to a proxy that the environment specifies.",
            $"Also specify {HintName.Proxy}.");

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

    // Uri has the host in lowercase; a trailing dot makes a name absolute.
    private static bool IsPublicCloud(Uri vod) =>
        vod.Host.TrimEnd('.') is var host && (host == Cloud || host.EndsWith('.' + Cloud, StringComparison.Ordinal));

    private static Uri FromHost(string text, string variable) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text, UriKind.Absolute, out Uri? uri)
            ? Checked(uri, $"{variable}")
            : throw Invalid("address", text, $"Check {variable}: it must be a host name or an HTTPS address.");

    private static Uri Checked(Uri uri, Hint setting)
    {
        Usable(uri, setting, $"Specify only scheme, host, port, and path.");
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

    private static Uri Usable(Uri uri, Hint setting, Hint hint)
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

    // An address that contains a login is not repeated in the message.
    private static VodClientException Invalid(string noun, string text, Hint hint) => new(
        FailureKind.InvalidSetting,
        ErrorIds.InvalidEndpoint,
        text.Contains('@', StringComparison.Ordinal) ? $"The {noun} cannot be used." : $"The {noun} '{text}' cannot be used.",
        hint);
}
