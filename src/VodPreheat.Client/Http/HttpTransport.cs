using System.Net;
using System.Reflection;
using Microsoft.Extensions.Http;

namespace VodPreheat.Client.Http;

/// <summary>An HttpClient over a chain of handlers and a socket pool of its own.</summary>
internal sealed class HttpTransport : IDisposable
{
    // Null sends no traceparent: what the session traces is not for the service. By reflection, because the property's type is one of
    // System.Diagnostics.DiagnosticSource, of which .NET 8 and 9 have one and the client, in its private context, a newer one:
    // there a call ends in MissingMethodException.
    private static readonly PropertyInfo s_propagator = typeof(SocketsHttpHandler).GetProperty(nameof(SocketsHttpHandler.ActivityHeadersPropagator))!;

    private HttpTransport(HttpMessageHandler chain) => Client = new HttpClient(chain, disposeHandler: true)
    {
        // Each attempt has its own time-out and its own limit of size.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public HttpClient Client { get; }

    /// <summary>Builds the chain, the first handler outermost.</summary>
    public static HttpTransport Create(TransportSettings settings, bool mayUseProxy, params DelegatingHandler[] handlers)
    {
        var builder = new ChainBuilder { PrimaryHandler = settings.Network?.Invoke() ?? Sockets(settings, mayUseProxy) };
        foreach (DelegatingHandler handler in handlers)
        {
            builder.AdditionalHandlers.Add(handler);
        }

        return new HttpTransport(builder.Build());
    }

    public void Dispose()
    {
        Client.CancelPendingRequests();
        Client.Dispose();
    }

    private static SocketsHttpHandler Sockets(TransportSettings settings, bool mayUseProxy)
    {
        var sockets = new SocketsHttpHandler
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
        };
        s_propagator.SetValue(sockets, null);
        return sockets;
    }

    /// <summary>
    /// The library's chain without its container: a connection has one client for life, and the services that the factory wants
    /// would be most of what is compiled when a session connects. No filter of metrics or logging comes in either.
    /// </summary>
    private sealed class ChainBuilder : HttpMessageHandlerBuilder
    {
        public override string? Name { get; set; } = nameof(VodPreheat);

        public override required HttpMessageHandler PrimaryHandler { get; set; }

        public override IList<DelegatingHandler> AdditionalHandlers { get; } = [];

        public override HttpMessageHandler Build() => CreateHandlerPipeline(PrimaryHandler, AdditionalHandlers);
    }
}
