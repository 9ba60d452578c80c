using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;

namespace VodPreheat.Client.Http;

/// <summary>An HttpClient over a chain of handlers and a socket pool of its own.</summary>
internal sealed class HttpTransport : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly HttpMessageHandler _network;

    private HttpTransport(HttpMessageHandler network, IReadOnlyList<DelegatingHandler> handlers)
    {
        _network = network;
        var services = new ServiceCollection();
        IHttpClientBuilder builder = services.AddHttpClient(nameof(VodPreheat))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => network);
        foreach (DelegatingHandler handler in handlers)
        {
            builder.AddHttpMessageHandler(() => handler);
        }

        // The metrics filter calls what .NET 8's own DiagnosticSource lacks when version 10 of it is private to the module;
        // logging is not wanted either, TraceHandler does it without secrets.
        services.RemoveAll<IHttpMessageHandlerBuilderFilter>();
        _services = services.BuildServiceProvider();
        Client = _services.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(VodPreheat));

        // Each attempt has its own time-out and its own limit of size.
        Client.Timeout = Timeout.InfiniteTimeSpan;
    }

    public HttpClient Client { get; }

    /// <summary>Builds the chain, the first handler outermost.</summary>
    public static HttpTransport Create(TransportSettings settings, bool mayUseProxy, params DelegatingHandler[] handlers) =>
        new(settings.Network?.Invoke() ?? Sockets(settings, mayUseProxy), handlers);

    public void Dispose()
    {
        Client.CancelPendingRequests();
        Client.Dispose();
        _services.Dispose();
        _network.Dispose();
    }

    private static SocketsHttpHandler Sockets(TransportSettings settings, bool mayUseProxy) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.GZip,

        // Before the whole attempt's time is up, to be told apart: then nothing was sent yet.
        ConnectTimeout = settings.Timeout * 0.75,

        // DNS changes are seen although the handler lives as long as the connection.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        UseProxy = mayUseProxy,
        Proxy = settings.Proxy is { } address ? new WebProxy(address) { Credentials = settings.ProxyCredential } : null,
        DefaultProxyCredentials = settings.ProxyCredential,

        // No traceparent header: it would tell the service about the host program.
        ActivityHeadersPropagator = null,
    };
}
