using VodPreheat.Client.Credentials;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Http;

/// <summary>Request settings, which are the same for all services of a connection.</summary>
public sealed record TransportSettings
{
    /// <summary>The address of an HTTP proxy; null uses that of the environment, if any.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>The login of the proxy; owned by the connection that is made.</summary>
    public ProxyLogin? ProxyLogin { get; init; }

    /// <summary>The User-Agent header: products with their versions.</summary>
    public string UserAgent { get; init; } = "VodPreheat";

    /// <summary>The time for one attempt, until the last byte is received. 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Retries after the first attempt, 0 or more. 3. With 0 a throttled request is not repeated either.</summary>
    public int MaximumRetryCount { get; init; } = 3;

    /// <summary>Maximum number of queries in any minute; 0 for no limit. 100, as documented (vod_04_0243).</summary>
    public int RequestsPerMinute { get; init; } = 100;

    /// <summary>Maximum number of submissions in any minute; 0 for no limit. 100, as on the China site (vod_04_0243); 10 on the international one.</summary>
    public int SubmissionsPerMinute { get; init; } = 100;

    /// <summary>The clock for signatures, expiry, waits and timeouts.</summary>
    public TimeProvider Clock { get; init; } = DefaultClock;

    /// <summary>Replaces the network, below all handlers: the sandbox, or a test's.</summary>
    public Func<HttpMessageHandler>? Network { get; init; }

    /// <summary>The clock of connections that specify none. Tests of the module replace it, so that they need not wait.</summary>
    internal static TimeProvider DefaultClock { get; set; } = TimeProvider.System;

    /// <summary>Changes socket settings that a connection has by default.</summary>
    internal Action<SocketsHttpHandler>? ConfigureSockets { get; init; }

    /// <summary>The password of the proxy for a request with secrets, specified or from the environment; empty if there is none.</summary>
    internal IEnumerable<Secret> ProxySecrets(Uri uri) => ProxyLogin is { } login ? [login.Password]
        : ProxyFor(uri) is { } proxy && HttpClient.DefaultProxy.Credentials?.GetCredential(proxy, "Basic") is { } own ? [new Secret(own.Password)]
        : [];

    /// <summary>The proxy for a request with secrets; null if it is sent directly to its host.</summary>
    internal Uri? ProxyFor(Uri uri) => ServiceAddress.MayUseProxy(uri, Proxy) ? ProxyForAny(uri) : null;

    /// <summary>The proxy for a request without secrets; null if it is sent directly to its host.</summary>
    internal Uri? ProxyForAny(Uri uri)
    {
        // GetProxy of the environment's does not consider NO_PROXY.
        Uri? proxy = Proxy ?? (HttpClient.DefaultProxy.IsBypassed(uri) ? null : HttpClient.DefaultProxy.GetProxy(uri));
        return proxy == uri ? null : proxy;
    }
}
