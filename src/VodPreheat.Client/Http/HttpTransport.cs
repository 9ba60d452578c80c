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

    private HttpTransport(HttpMessageHandler chain, string userAgent)
    {
        Client = new HttpClient(chain, disposeHandler: true)
        {
            // Each attempt has its own time-out and its own limit of size.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        Client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", userAgent);
    }

    public HttpClient Client { get; }

    /// <summary>Builds the chain, the first handler outermost.</summary>
    public static HttpTransport Create(TransportSettings settings, bool mayUseProxy, params DelegatingHandler[] handlers)
    {
        HttpMessageHandler network = settings.Network?.Invoke() ?? Sockets(settings, mayUseProxy);
        if (network is SocketsHttpHandler sockets)
        {
            settings.ConfigureSockets?.Invoke(sockets);
        }

        var builder = new ChainBuilder { PrimaryHandler = network };
        foreach (DelegatingHandler handler in handlers)
        {
            builder.AdditionalHandlers.Add(handler);
        }

        return new HttpTransport(builder.Build(), settings.UserAgent);
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
            // Before the whole attempt's time is up, to be told apart: then nothing was sent yet.
            ConnectTimeout = settings.Timeout * 0.75,

            // DNS changes are seen although the handler lives as long as the connection.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            UseProxy = mayUseProxy,
            Proxy = settings.Proxy is { } address ? new WebProxy(address) { Credentials = settings.ProxyLogin } : null,
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
