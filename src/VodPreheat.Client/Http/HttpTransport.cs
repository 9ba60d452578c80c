using System.Net;
using System.Reflection;
using Microsoft.Extensions.Http;

namespace VodPreheat.Client.Http;

/// <summary>An HttpClient with its own chain of handlers and its own socket pool.</summary>
internal sealed class HttpTransport : IDisposable
{
    // Null sends no traceparent: traces of the session are not for the service. By reflection, because the property's type is in
    // System.Diagnostics.DiagnosticSource, of which the client's private context has a newer version than .NET 8 and 9:
    // there a call throws MissingMethodException.
    private static readonly PropertyInfo s_propagator = typeof(SocketsHttpHandler).GetProperty(nameof(SocketsHttpHandler.ActivityHeadersPropagator))!;

    private HttpTransport(HttpMessageHandler chain, string userAgent)
    {
        Client = new HttpClient(chain, disposeHandler: true)
        {
            // Each attempt has its own timeout and size limit.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        Client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", userAgent);
    }

    public HttpClient Client { get; }

    /// <summary>Builds the chain, the first handler outermost.</summary>
    public static HttpTransport Create(TransportSettings settings, bool mayUseProxy, params DelegatingHandler[] handlers)
    {
        var builder = new ChainBuilder
        {
            PrimaryHandler = settings.Network?.Invoke() ?? new NewConnectionHandler(() => Sockets(settings, mayUseProxy)),
        };
        foreach (DelegatingHandler handler in handlers)
        {
            builder.AdditionalHandlers.Add(handler);
        }

        return new HttpTransport(builder.Build(), settings.UserAgent);
    }

    /// <summary>Cancels all requests. Can be called again.</summary>
    public void Dispose() => Client.Dispose();

    private static SocketsHttpHandler Sockets(TransportSettings settings, bool mayUseProxy)
    {
        var connector = new HostConnector(Dns.GetHostAddressesAsync, settings.Clock);
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // Less than the timeout of the attempt, to be distinguished from it: nothing was sent yet.
            ConnectTimeout = settings.Timeout * 0.75,
            ConnectCallback = (connection, cancellation) => new(connector.ConnectAsync(connection.DnsEndPoint, cancellation)),

            // DNS changes take effect although the handler lives as long as the connection.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            UseProxy = mayUseProxy,
            Proxy = settings.Proxy is { } address ? new WebProxy(address) { Credentials = settings.ProxyLogin } : null,
        };
        s_propagator.SetValue(sockets, null);
        settings.ConfigureSockets?.Invoke(sockets);
        return sockets;
    }

    /// <summary>
    /// The library's chain without its container: a connection has one client for its whole life, and the services that the factory
    /// requires would be most of what is compiled when a session connects. Filters for metrics and logging are left out, too.
    /// </summary>
    private sealed class ChainBuilder : HttpMessageHandlerBuilder
    {
        public override string? Name { get; set; } = nameof(VodPreheat);

        public override required HttpMessageHandler PrimaryHandler { get; set; }

        public override IList<DelegatingHandler> AdditionalHandlers { get; } = [];

        public override HttpMessageHandler Build() => CreateHandlerPipeline(PrimaryHandler, AdditionalHandlers);
    }
}
