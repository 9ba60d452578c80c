using VodPreheat.Client.Connections;
using VodPreheat.Client.Credentials;

namespace VodPreheat.Client.Http;

/// <summary>How requests travel; the same for all services of a connection.</summary>
public sealed record TransportSettings
{
    /// <summary>Address of an HTTP proxy; null uses the one of the environment, if any.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Login of the proxy; owned by the connection that is made.</summary>
    public ProxyLogin? ProxyLogin { get; init; }

    /// <summary>What requests call their sender: products with their versions.</summary>
    public string UserAgent { get; init; } = "VodPreheat";

    /// <summary>Time for one attempt, from the first byte sent to the last byte received. 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Retries after the first attempt, 0 or more. 3. With 0 a throttled request is not repeated either.</summary>
    public int MaximumRetryCount { get; init; } = 3;

    /// <summary>Queries in any minute; 0 for no limit. 100, as the service allows a tenant (vod_04_0243).</summary>
    public int RequestsPerMinute { get; init; } = 100;

    /// <summary>Submissions in any minute; 0 for no limit. 100, as on the China site (vod_04_0243); 10 on the international one.</summary>
    public int SubmissionsPerMinute { get; init; } = 100;

    /// <summary>The clock of signatures, expiries, waits and time-outs.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Takes the place of the network, under all handlers: the sandbox, or a test's.</summary>
    public Func<HttpMessageHandler>? Network { get; init; }

    /// <summary>Changes the settings of the sockets where a client needs others than a connection does.</summary>
    internal Action<SocketsHttpHandler>? ConfigureSockets { get; init; }

    /// <summary>The password of the proxy that a request with secrets goes through, given or the environment's; none if there is none.</summary>
    internal IEnumerable<Secret> ProxySecrets(Uri uri) => ProxyLogin is { } login ? [login.Password]
        : ProxyFor(uri) is { } proxy && HttpClient.DefaultProxy.Credentials?.GetCredential(proxy, "Basic") is { } own ? [new Secret(own.Password)]
        : [];

    /// <summary>The proxy that a request with secrets goes through; null if it goes straight to its host.</summary>
    internal Uri? ProxyFor(Uri uri) => Endpoints.MayUseProxy(uri, Proxy) ? ProxyForAny(uri) : null;

    /// <summary>The proxy that a request without secrets goes through; null if it goes straight to its host.</summary>
    internal Uri? ProxyForAny(Uri uri)
    {
        Uri? proxy = Proxy ?? HttpClient.DefaultProxy.GetProxy(uri);
        return proxy == uri ? null : proxy;
    }
}
